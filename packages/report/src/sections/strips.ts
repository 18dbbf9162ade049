import type { ReportStrip } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { picture, underPicture } from '../picture.ts';

/** Strips of pictures, each scrolling sideways where it does not fit. */
export function strips(list: readonly ReportStrip[]): Html | undefined {
  return list.length === 0 ? undefined : html`${list.map((item) => strip(item))}`;
}

/** @param below what stands under the pictures */
export function strip({ title, detail, pictures }: ReportStrip, below?: Html): Html {
  return html`<section class="strip"><h4>${title}</h4>${detail === undefined ? undefined : html`<p>${detail}</p>`}
<div class="pictures" tabindex="0" role="group" aria-label="${title}">${pictures.map(
    (item) => html`<figure>${picture(item, title)}${underPicture(item)}</figure>`,
  )}</div>${below}</section>
`;
}
