import { breakable, type Html, type HtmlPart, html } from './html.ts';
import type { ReportFact } from './report-data.ts';

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
