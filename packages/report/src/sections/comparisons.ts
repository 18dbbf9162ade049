import type { ReportComparison } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { image, imageCaption } from '../image.ts';

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
