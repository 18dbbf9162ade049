import type { Verdict, VerdictStatus } from '@pip-graft/validate';
import { figureFacts } from './figure-facts.ts';
import { count, milliseconds, quantity, times } from './format.ts';
import { type ReportData, type ReportModel, verdictWords } from './report-data.ts';
import { checksPassed } from './sections/model.ts';
import { verdictMarks } from './text/report-heads.ts';

const marks: Readonly<Record<VerdictStatus, string>> = {
  passed: `${verdictMarks.passed} passed`,
  failed: `${verdictMarks.failed} failed`,
  skipped: `${verdictMarks.skipped} skipped`,
};

/** GitHub discards a step summary above 1 MiB. */
export const summaryLimit = 1024 * 1024;

/** Bytes reserved for the line about omitted content; with fewer, there is no report. */
const reserve = 512;

/**
 * Builds a report as GitHub-flavoured Markdown, for a job summary: the verdict, all models, then the
 * details of each, failures first. Content that does not fit is omitted from the end, and a last
 * line says so. Empty below 512 bytes, because that line might not fit.
 *
 * Texts from model files are escaped.
 *
 * @param limit largest size in UTF-8 bytes; default: GitHub's limit for a step summary
 * @example await appendFile('summary.md', buildMarkdown(data));
 */
export function buildMarkdown(data: ReportData, limit: number = summaryLimit): string {
  if (limit < reserve) return '';
  const { title, summary, notes = [] } = data;
  const { status, sentence, caution } = verdictWords(data);
  const failedFirst = (model: ReportModel) => (model.validation?.status === 'failed' ? 0 : 1);
  const models = [...data.models].sort((a, b) => failedFirst(a) - failedFirst(b));
  const text = new BoundedText(limit - reserve);
  text.add(`## ${verdictMarks[status]} ${plain(sentence)}\n\n`);
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

/** A text with a size limit, built from parts; parts that do not fit are omitted. */
class BoundedText {
  #parts: string[] = [];
  #left: number;

  /** @param bytes limit in UTF-8 bytes */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Appends a part if it fits and returns whether it did. */
  add(part: string): boolean {
    const size = Buffer.byteLength(part);
    if (size > this.#left) return false;
    this.#left -= size;
    this.#parts.push(part);
    return true;
  }

  /** Appends parts until one does not fit and returns how many are missing. */
  addAll(parts: readonly string[]): number {
    const missing = parts.findIndex((part) => !this.add(part));
    return missing === -1 ? 0 : parts.length - missing;
  }

  get text(): string {
    return this.#parts.join('');
  }
}

/** Longest text of a cell or line; longer texts are cut, so that one cannot crowd out the rest. */
const longest = 600;

/**
 * Escapes a text for GitHub's Markdown, on one line: no links, table borders, HTML, emphasis, code,
 * mentions or formulas.
 *
 * @example plain('a|b') // 'a&#124;b'
 */
function plain(text: string): string {
  const clean = text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(invisible, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const shown =
    clean.length > longest ? `${[...clean.slice(0, longest)].slice(0, -1).join('')}…` : clean;
  return shown
    .replace(/[&<>|`*_~[\]\\#@$]|:(?=\S)|(?<=www)\.|^[-+=](?!\d)/gi, entity)
    .replace(
      /^(\d+)([.)])(?=\s|$)/,
      (_, digits: string, mark: string) => `${digits}${entity(mark)}`,
    );
}

function entity(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}

/** Control characters and those that change the writing direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
const invisible = /[\x00-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** A row of a table; cells are markdown. */
function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** The first two lines of a table. @param right indices of right-aligned columns */
function tableHead(names: readonly string[], right: readonly number[] = []): string {
  return row(names) + row(names.map((_, column) => (right.includes(column) ? '--:' : '---')));
}
