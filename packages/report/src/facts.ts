import { breakable } from './breakable.ts';
import { type Html, html } from './html.ts';
import type { ReportFact } from './report-data.ts';

/** A list of names and values; digests, which nobody reads, behind a press. */
export function facts(list: readonly ReportFact[]): Html | undefined {
  const digests = list.filter(isDigest);
  const others = list.filter((fact) => !isDigest(fact));
  return list.length === 0
    ? undefined
    : html`${terms(others)}${
        digests.length === 0
          ? undefined
          : html`<details class="digests"><summary>Digests</summary>${terms(digests)}</details>`
      }`;
}

function terms(list: readonly ReportFact[]): Html | undefined {
  return list.length === 0
    ? undefined
    : html`<dl>${list.map(({ label, value }) => html`<dt>${label}</dt><dd>${breakable(value)}</dd>`)}</dl>`;
}

function isDigest({ value }: ReportFact): boolean {
  return /^\w+:[0-9a-f]{32,}$/.test(value);
}
