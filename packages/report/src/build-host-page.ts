import { count } from './format.ts';
import { breakable, html } from './html.ts';
import { page } from './page.ts';
import type { ReportFact, ReportLadder } from './report-data.ts';
import { ladder } from './sections/ladder.ts';
import { facts, table } from './table.ts';

/** The content of a page about one model: plain data. */
export interface HostPage {
  readonly name: string;
  /** The result, in one sentence. */
  readonly summary: string;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly warnings: readonly string[];
  /** Rejected values, with the reason. */
  readonly rejected: readonly { readonly value: string; readonly reason: string }[];
}

/**
 * Builds a self-contained HTML page that draws a model with its skip connections. Every text is
 * escaped, because names in model files may be hostile.
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
    header: html`<p class="brand">${breakable(name)}</p><h1>${summary}</h1>
${warnings.map((warning) => html`<p class="caution" role="note"><b>Warning</b><span>${warning}</span></p>`)}`,
    main: html`<div class="over"><div class="card">${
      ladders.length > 0
        ? ladders.map((drawing, index) => ladder(drawing, name, String(index)))
        : html`<p>No skip connections to draw.</p>`
    }</div><div class="card">${facts(rest.facts)}</div></div>
${rejected.length > 0 ? rejectedTable(rejected) : undefined}`,
  });
}

function rejectedTable(rejected: HostPage['rejected']) {
  return html`<h2 class="label">Rejected candidates</h2><details><summary>${count(rejected.length, 'value')} that looked like skip connections</summary>${table(
    'Values that are not skip connections',
    [
      { head: 'Value', cell: ({ value }) => value },
      { head: 'Reason', cell: ({ reason }) => reason, kind: 'prose' },
    ],
    rejected,
  )}</details>`;
}
