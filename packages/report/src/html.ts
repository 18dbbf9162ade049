import type { ReportImage, VerdictStatus } from '@pip-graft/validate';
import type { ReportFact } from './report-data.ts';

/** Markup that is safe to insert unchanged. Only {@link html} makes it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type HtmlPart = Html | string | number | undefined | readonly HtmlPart[];

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

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => HtmlPart;
  /** `figure`: right-aligned, with tabular digits. `prose`: a sentence, in a softer colour. */
  readonly kind?: 'figure' | 'prose';
}

/**
 * A table that scrolls inside its frame, also by keyboard. The first column names the row.
 *
 * @param caption describes the content; screen readers announce it first
 */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption><span>${caption}</span></caption>
<thead><tr>${columns.map(({ head, kind }) => html`<th scope="col"${className(kind)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column, index) => cell(column, row, index))}</tr>\n`)}</tbody></table></div>
`;
}

/** A narrow screen shows a row as a list, so each cell contains the name of its column. */
function cell<Row>({ cell: show, head, kind }: Column<Row>, row: Row, index: number): Html {
  const shown = show(row);
  const text = typeof shown === 'string' && kind === undefined ? breakable(shown) : shown;
  return index === 0
    ? html`<th scope="row"${className(kind)}>${text}</th>`
    : html`<td data-head="${head}"${shown === '–' ? html` data-none` : undefined}${className(kind)}>${text}</td>`;
}

function className(kind: Column<unknown>['kind']): Html | undefined {
  return kind && html` class="${kind}"`;
}

/** A list of names and values; digests, which nobody reads, are collapsed. */
export function facts(list: readonly ReportFact[]): Html | undefined {
  const digests = list.filter(isDigest);
  const others = list.filter((fact) => !isDigest(fact));
  return list.length === 0
    ? undefined
    : html`${terms(others)}${
        digests.length === 0
          ? undefined
          : html`<details class="digests"><summary>Digests</summary>${terms(digests)}</details>`
      }`;
}

function terms(list: readonly ReportFact[]): Html | undefined {
  return list.length === 0
    ? undefined
    : html`<dl>${list.map(({ label, value }) => html`<dt>${label}</dt><dd>${breakable(value)}</dd>`)}</dl>`;
}

function isDigest({ value }: ReportFact): boolean {
  return /^\w+:[0-9a-f]{32,}$/.test(value);
}
