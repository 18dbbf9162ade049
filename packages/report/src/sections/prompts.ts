import type { PromptFigures, ReportMaps } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { heatMaps } from './images.ts';

/** Strength of the tint at a cosine of 1 or −1; more would reduce the contrast of the number. */
const strongest = 42;

/** Cosines between labels as a table with tinted cells: green for similar, amber for opposite. */
export function similarity(
  caption: string,
  labels: readonly string[],
  rows: readonly (readonly number[])[],
): Html {
  const digits = digitsFor(rows);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="heat"><caption><span>${caption}</span></caption>
<thead><tr><td></td>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${labels.map((label, row) => html`<tr><th scope="row">${label}</th>${labels.map((_, column) => cell(rows[row]?.[column], digits))}</tr>\n`)}</tbody></table></div>
`;
}

function cell(cosine: number | undefined, digits: number): Html {
  if (cosine === undefined || !Number.isFinite(cosine))
    return html`<td>${String(cosine ?? '–')}</td>`;
  const tint = Math.min(1, Math.abs(cosine)) * strongest;

  return html`<td${cosine < 0 ? html` class="opposite"` : undefined} style="--tint:${tint.toFixed(1)}%">${shown(cosine, digits)}</td>`;
}

/** Number of decimals: two, or four if two would make different prompts look equal. */
function digitsFor(rows: readonly (readonly number[])[]): number {
  const close = (value: number, row: number, column: number): boolean =>
    row !== column && value !== 1 && Math.abs(value) >= 0.995;
  return rows.some((row, at) => row.some((value, column) => close(value, at, column))) ? 4 : 2;
}

/** A cosine with a true minus sign and never "-0.00". */
function shown(cosine: number, digits: number): string {
  const text = cosine.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** The prompts: how similar the labels are, and where the universal restoration prompt is strong. */
export function prompts(
  figures: PromptFigures | undefined,
  maps: readonly ReportMaps[],
): Html | undefined {
  if (figures === undefined && maps.length === 0) return undefined;
  const { labels = [], levels = [] } = figures ?? {};
  return html`${
    levels.length === 0
      ? undefined
      : html`<p class="hint">Cosine similarity of the labels' prompts: 1 means the same direction, 0 unrelated, −1 opposite. Labels with similar prompts steer the network similarly.</p>`
  }${levels.map(
    ({
      level,
      degradation,
      universal,
      labels: own = labels,
    }) => html`<div class="matrices">${similarity(
      `Level ${level}: degradation-aware prompts`,
      own,
      degradation,
    )}${similarity(`Level ${level}: universal restoration prompts, on one image`, own, universal)}</div>
`,
  )}${maps.map(heatMaps)}`;
}
