import { html } from './html.ts';
import { ladder } from './ladder.ts';
import type { ReportFact, ReportLadder } from './report-data.ts';
import { style } from './style.ts';

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
export function buildHostPage(page: HostPage): string {
  const { name, facts, ladders, warnings, rejected } = page;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${name}</title><style>${style}</style></head>
<body><header><p class="brand">${name}</p><h1>${page.summary}</h1>
${warnings.map((warning) => html`<p class="caution" role="note"><b>Warning</b><span>${warning}</span></p>`)}
</header><main><div class="over"><div class="card">${
    ladders.length > 0
      ? ladders.map((drawing, index) => ladder(drawing, name, String(index)))
      : html`<p>There is nothing to draw.</p>`
  }</div><div class="card"><dl>${facts.map(({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl></div></div>
${rejected.length > 0 ? turnedDown(rejected) : undefined}
</main><footer></footer></body></html>
`.text;
}

function turnedDown(rejected: HostPage['rejected']) {
  return html`<h3>Looked at and turned down</h3><div class="scroll"><table><thead><tr><th scope="col">Value</th><th scope="col">Reason</th></tr></thead>
<tbody>${rejected.map(({ value, reason }) => html`<tr><th scope="row">${value}</th><td>${reason}</td></tr>`)}</tbody></table></div>`;
}
