import type { ReportImage } from '@pip-graft/validate';
import { type Html, html } from './html.ts';

/** An image inside the page. @param topic what it belongs to, for those who do not see it */
export function image({ caption, width, height, type, bytes }: ReportImage, topic: string) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return html`<img src="data:${type};base64,${data}" width="${width}" height="${height}" alt="${topic}: ${caption}" loading="lazy" decoding="async">`;
}

/** What stands under an image. */
export function imageCaption({ caption, note }: ReportImage): Html {
  return html`<figcaption>${caption}${note === undefined ? undefined : html` <span>${note}</span>`}</figcaption>`;
}
