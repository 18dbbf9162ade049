import { type Html, html } from './html.ts';
import type { ReportFact } from './report-data.ts';

/** A list of names and values. */
export function facts(list: readonly ReportFact[]): Html | undefined {
  return list.length === 0
    ? undefined
    : html`<dl>${list.map(({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;
}
