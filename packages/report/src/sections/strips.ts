import type { ReportStrip } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { image, imageCaption } from '../image.ts';

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
