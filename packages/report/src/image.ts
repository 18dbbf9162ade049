import type { ReportImage } from '@pip-graft/validate';
import { type Html, html } from './html.ts';

/** An embedded image. @param topic its subject, for the alternative text */
export function image({ caption, width, height, type, bytes }: ReportImage, topic: string) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return html`<img src="data:${type};base64,${data}" width="${width}" height="${height}" alt="${topic}: ${caption}" loading="lazy" decoding="async">`;
}

/** The caption of an image. */
export function imageCaption({ caption, note }: ReportImage): Html {
  return html`<figcaption>${caption}${note === undefined ? undefined : html` <span>${note}</span>`}</figcaption>`;
}
