import type { Verdict, VerdictStatus } from '@pip-graft/validate';
import { figureFacts } from './figure-facts.ts';
import { count, milliseconds, quantity, times } from './format.ts';
import { BoundedText, plain, row, tableHead } from './markdown.ts';
import type { ReportData, ReportModel } from './report-data.ts';
import { checksPassed } from './sections/overview.ts';
import { verdictWords } from './verdict-words.ts';

const marks: Readonly<Record<VerdictStatus, string>> = {
  passed: '✅ passed',
  failed: '❌ failed',
  skipped: '⚪ skipped',
};

/** GitHub discards a step summary above 1 MiB. */
export const summaryLimit = 1024 * 1024;

/** Bytes reserved for the line about omitted content. */
const reserve = 512;

/**
 * Builds a report as GitHub-flavoured Markdown, for a job summary: the verdict, all models, then the
 * details of each, failures first. Content that does not fit is omitted from the end, and a last
 * line says so.
 *
 * Texts from model files are escaped.
 *
 * @param limit largest size in UTF-8 bytes; default: GitHub's limit for a step summary
 * @example await appendFile('summary.md', buildMarkdown(data));
 */
export function buildMarkdown(data: ReportData, limit: number = summaryLimit): string {
  const { title, summary, notes = [] } = data;
  const { status, sentence, caution } = verdictWords(data);
  const failedFirst = (model: ReportModel) => (model.validation?.status === 'failed' ? 0 : 1);
  const models = [...data.models].sort((a, b) => failedFirst(a) - failedFirst(b));
  const text = new BoundedText(limit - reserve);
  text.add(`## ${marks[status].slice(0, 1)} ${plain(sentence)}\n\n`);
  text.add(`**${plain(title)}** ${plain(summary)}\n\n`);
  if (caution !== undefined) text.add(`> [!WARNING]\n> ${plain(caution)}\n\n`);
  const lines =
    models.length === 0 ? 0 : text.addAll([tableHead(columns, [2, 4]), ...models.map(line)]);
  text.add('\n');
  const fitting = models.findIndex(
    (model) => !shownChecks.some((most) => text.add(block(model, most))),
  );
  const details = fitting === -1 ? 0 : models.length - fitting;
  const left = [
    ...(lines > 0 ? [`${count(lines, 'line')} of the model table`] : []),
    ...(details > 0 ? [`the details of ${count(details, 'model')}`] : []),
  ];
  const foot = notes.map(({ label, value }) => `${plain(label)}: ${plain(value)}`).join(' · ');
  const footed = foot === '' || text.add(`${foot}\n`);
  if (!footed) left.push('the notes');
  return left.length === 0
    ? text.text
    : `${text.text}\n_Omitted to stay within ${count(limit, 'byte')}: ${left.join(', ')}. The other formats of this report are complete._\n`;
}

const columns = ['Model', 'Verdict', 'Checks passed', 'Adapter', 'Time relative to host'];

function line(model: ReportModel): string {
  const { name, trained, validation } = model;
  const latency = validation?.figures.latency;
  return row([
    plain(name),
    marks[validation?.status ?? 'skipped'],
    checksPassed(model),
    trained === null ? '–' : trained ? 'trained' : '**untrained**',
    latency
      ? `${times(latency.grafted.median / latency.host.median)}, ${milliseconds(latency.grafted.median)}`
      : '–',
  ]);
}

/** Most checks of a kind to show per model; the smaller number applies if the larger does not fit. */
const shownChecks = [400, 20];

function block({ name, trained, validation, facts }: ReportModel, most: number): string {
  const checks = validation?.checks ?? [];
  const failed = checks.filter((check) => check.status === 'failed');
  const others = checks.filter((check) => check.status !== 'failed');
  const measured = [...facts, ...figureFacts(validation?.figures ?? {})].slice(0, most);
  const heading = `### ${plain(name)} ${marks[validation?.status ?? 'skipped']}${trained === false ? ' **untrained**' : ''}\n\n`;
  const figures =
    measured.length === 0
      ? ''
      : `<details><summary>Figures</summary>\n\n${tableHead(['', ''])}${measured.map(({ label, value }) => row([plain(label), plain(value)])).join('')}\n</details>\n\n`;
  return `${heading}${checkTable(failed, most)}${
    others.length === 0
      ? ''
      : `<details><summary>${count(others.length, 'check')} passed or skipped</summary>\n\n${checkTable(others, most)}</details>\n\n`
  }${figures}`;
}

function checkTable(checks: readonly Verdict[], most: number): string {
  if (checks.length === 0) return '';
  const head = tableHead(['Check', 'Result', 'Measured', 'Limit', 'What was compared'], [2, 3]);
  const rows = checks
    .slice(0, most)
    .map(({ name, status, measured, limit, unit, detail }) =>
      row([
        plain(name),
        marks[status],
        plain(quantity(measured, unit)),
        plain(quantity(limit, unit)),
        plain(detail),
      ]),
    );
  const rest = checks.length - rows.length;
  const more = rest > 0 ? `\n_${count(rest, 'more check')} omitted._\n` : '';
  return `${head}${rows.join('')}${more}\n`;
}
