import { viridisStops } from '@pip-graft/imaging';
import type { ReportComparison, ReportMaps, ReportStrip } from '@pip-graft/validate';
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
