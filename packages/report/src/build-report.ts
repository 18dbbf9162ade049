import { argument } from '@pip-graft/onnx-graft';
import { type Html, html } from './html.ts';
import { page, sliderScript } from './page.ts';
import type { ReportData } from './report-data.ts';
import { model } from './sections/model.ts';
import { overview } from './sections/overview.ts';
import { facts } from './table.ts';
import { verdictWords } from './verdict-words.ts';

/**
 * Builds a report as one self-contained HTML page: no network, light and dark, any width, printable.
 * The verdict comes first, in words. The only script, included if images are compared, moves the
 * edge between them; without scripts they are side by side.
 *
 * Every text in `data` is escaped, because names in model files may be hostile.
 *
 * @example await writeFile('report.html', buildReport(data));
 */
export function buildReport(data: ReportData): string {
  argument.requireMembers(data, 'buildReport', { title: 'text', models: 'a list' });
  const { title, summary, models, notes = [] } = data;
  const { sentence, caution } = verdictWords(data);
  const compared = models.some(({ comparisons = [] }) => comparisons.length > 0);
  return page({
    title,
    header: html`<p class="brand">${leaf}${title}</p>
<h1>${sentence}</h1><p class="lead">${summary}</p>
${caution && html`<p class="caution" role="note"><b>Not trained</b><span>${caution}</span></p>`}`,
    main: html`${models.length > 0 ? overview(models) : undefined}${models.map(model)}`,
    footer: facts(notes),
    ...(compared ? { script: sliderScript } : {}),
  });
}

/** The logo: a shoot grafted onto a stem. */
const leaf: Html = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M7 22V3M7 15c0-5 4-8 12-9-1 7-5 10-12 9z"/></svg>`;
