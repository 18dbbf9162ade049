import type { ReportImage, VerdictStatus } from '@pip-graft/validate';

/** Markup that is safe to insert unchanged. Only {@link html} makes it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[];

/**
 * A template that escapes its insertions unless they are {@link Html}, so that a hostile file or layer
 * name stays text, in content and in quoted attributes.
 *
 * @example html`<td>${name}</td>`
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0]!;
  for (const [index, part] of parts.entries()) text += render(part) + strings[index + 1]!;
  return new Html(text);
}

function render(part: HtmlPart): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  return String(part).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A name that may wrap after its slashes, dots and underscores, so that it is never cut into letters. */
export function breakable(text: string): Html {
  const parts = text.split(/(?<=[/\\_])(?=[^/\\_\s])|(?<=\.)(?=[a-z])/i);
  return html`${parts.map((part, at) => (at === 0 ? part : html`<wbr>${part}`))}`;
}

const marks: Readonly<Record<VerdictStatus, string>> = { passed: '✓', failed: '✗', skipped: '–' };

/** A status as a mark and a word, never as colour alone. */
export function badge(status: VerdictStatus, word: string = status): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${marks[status]}</span> ${word}</span>`;
}

/** Whether an adapter is trained, with a badge if it is not. */
export function training(trained: boolean | null): Html {
  if (trained === null) return html`–`;
  return trained ? html`trained` : html`<span class="badge untrained">untrained</span>`;
}

/** Content behind a heading that opens on click; undefined if all of it is undefined. */
export function details(title: string, parts: readonly (Html | undefined)[]): Html | undefined {
  return parts.every((part) => part === undefined)
    ? undefined
    : html`<details><summary><h3>${title}</h3></summary>${parts}</details>`;
}

/** An embedded image. @param topic its subject, for the alternative text */
export function image({ caption, width, height, type, bytes }: ReportImage, topic: string) {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return html`<img src="data:${type};base64,${data}" width="${width}" height="${height}" alt="${topic}: ${caption}" loading="lazy" decoding="async">`;
}

/** The caption of an image. */
export function imageCaption({ caption, note }: ReportImage): Html {
  return html`<figcaption>${caption}${note === undefined ? undefined : html` <span>${note}</span>`}</figcaption>`;
}
