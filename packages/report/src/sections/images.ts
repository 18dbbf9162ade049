import { viridisStops } from '@pip-graft/imaging';
import type { PromptFigures, ReportComparison, ReportMaps, ReportStrip } from '@pip-graft/validate';
import { number } from '../format.ts';
import { type Html, html, image, imageCaption } from '../html.ts';

/**
 * Draws before and after on top of each other, with an edge that a range input moves by arrow keys,
 * finger or mouse. Without the script and on paper they are side by side.
 */
export function comparisons(list: readonly ReportComparison[]): Html | undefined {
  return list.length === 0 ? undefined : html`<div class="comparisons">${list.map(compared)}</div>`;
}

function compared({ title, before, after }: ReportComparison): Html {
  return html`<section class="compare" style="--ratio:${before.width}/${before.height}"><h4>${title}</h4>
<div class="stage"><figure class="before">${image(before, title)}${imageCaption(before)}</figure><figure class="after">${image(after, title)}${imageCaption(after)}</figure>
<input type="range" min="0" max="100" value="50" hidden data-before="${before.caption}" aria-label="${title}: how much of “${before.caption}” covers “${after.caption}”"><span class="edge" aria-hidden="true"><i></i></span></div></section>
`;
}

/** Strips of images that scroll sideways if they do not fit. */
export function strips(list: readonly ReportStrip[]): Html | undefined {
  return list.length === 0 ? undefined : html`${list.map((item) => strip(item))}`;
}

/** One strip of images. @param below content under the images */
export function strip({ title, detail, images }: ReportStrip, below?: Html): Html {
  return html`<section class="strip"><h4>${title}</h4>${detail === undefined ? undefined : html`<p>${detail}</p>`}
<div class="images" tabindex="0" role="group" aria-label="${title}">${images.map(
    (item) => html`<figure>${image(item, title)}${imageCaption(item)}</figure>`,
  )}</div>${below}</section>
`;
}

/** Heat maps with their common scale. */
export function heatMaps(maps: ReportMaps): Html {
  const { low, high, label } = maps.scale;
  return html`<div class="maps">${strip(
    maps,
    html`<p class="legend"><span>${number(low)}</span><i style="background:linear-gradient(to right,${viridisStops.join(',')})" aria-hidden="true"></i><span>${number(high)}</span><span>${label}</span></p>`,
  )}</div>`;
}

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
