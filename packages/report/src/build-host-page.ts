import { facts } from './facts.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import type { ReportFact, ReportLadder } from './report-data.ts';
import { ladder } from './sections/ladder.ts';
import { table } from './table.ts';

/** What a page about one model shows: plain data. */
export interface HostPage {
  readonly name: string;
  /** What was found, in one sentence. */
  readonly summary: string;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly warnings: readonly string[];
  /** What was looked at and turned down, and why. */
  readonly rejected: readonly { readonly value: string; readonly reason: string }[];
}

/**
 * A model with its skip connections drawn, as one HTML file that needs nothing beside it. Every text
 * is escaped; names out of model files may be hostile.
 *
 * @example await writeFile('host.html', buildHostPage(page));
 */
export function buildHostPage({
  name,
  summary,
  ladders,
  warnings,
  rejected,
  ...rest
}: HostPage): string {
  return page({
    title: name,
    header: html`<p class="brand">${name}</p><h1>${summary}</h1>
${warnings.map((warning) => html`<p class="caution" role="note"><b>Warning</b><span>${warning}</span></p>`)}`,
    main: html`<div class="over"><div class="card">${
      ladders.length > 0
        ? ladders.map((drawing, index) => ladder(drawing, name, String(index)))
        : html`<p>There is nothing to draw.</p>`
    }</div><div class="card">${facts(rest.facts)}</div></div>
${rejected.length > 0 ? turnedDown(rejected) : undefined}`,
  });
}

function turnedDown(rejected: HostPage['rejected']) {
  return html`<h2 class="label">Looked at and turned down</h2>${table(
    'Values that are no skip connections',
    [
      { head: 'Value', cell: ({ value }) => value },
      { head: 'Reason', cell: ({ reason }) => reason, kind: 'prose' },
    ],
    rejected,
  )}`;
}
