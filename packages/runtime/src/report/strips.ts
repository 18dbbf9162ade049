import { type Html, html } from './html.ts';
import type { ReportPicture, ReportStrip } from './report-data.ts';

/** Strips of pictures, each scrolling sideways where it does not fit. */
export function strips(list: readonly ReportStrip[]): Html {
  return html`${list.map(
    ({ title, detail, pictures }) => html`<section class="strip"><h4>${title}</h4>${
      detail === undefined ? undefined : html`<p>${detail}</p>`
    }
<div class="pictures" tabindex="0" role="group" aria-label="${title}">${pictures.map((picture) => shown(picture, title))}</div></section>
`,
  )}`;
}

function shown({ caption, note, width, height, type, bytes }: ReportPicture, title: string): Html {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return html`<figure><img src="data:${type};base64,${data}" width="${width}" height="${height}" alt="${title}: ${caption}" loading="lazy" decoding="async"><figcaption>${caption}${
    note === undefined ? undefined : html` <span>${note}</span>`
  }</figcaption></figure>`;
}
