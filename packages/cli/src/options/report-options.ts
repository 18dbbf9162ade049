import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { filePath } from '@pip-graft/graft/files';
import { isReport, type ReportFormat } from '@pip-graft/report/text';
import { Option } from 'commander';
import { checkOutput } from './options.ts';

/** Files that a command writes its report to, besides standard output. */
export interface ReportOptions {
  readonly html?: string;
  readonly junit?: string;
  readonly markdown?: string;
}

export function reportOptions(): Option[] {
  return [
    new Option('--html <file>', 'also write an HTML report with images'),
    new Option('--junit <file>', 'also write JUnit XML, for CI'),
    new Option(
      '--markdown <file>',
      'also write Markdown; appends if the file is $GITHUB_STEP_SUMMARY',
    ),
  ];
}

/**
 * Rejects two reports in one file, or a report over an input or any other file that is not an
 * earlier report of its format, before a long run.
 *
 * @param inputs files that the command reads
 */
export function checkReportOptions(options: ReportOptions, inputs: readonly string[]): void {
  const { html, junit, markdown } = options;
  const outputs = [html, junit, markdown].filter((path) => path !== undefined);
  for (const output of outputs) checkOutput(output, ...inputs);
  if (html !== undefined) refuseForeignReport('html', html);
  if (junit !== undefined) refuseForeignReport('junit', junit);
  if (markdown !== undefined && !isStepSummary(markdown)) refuseForeignReport('markdown', markdown);
  for (const [index, output] of outputs.entries()) {
    if (outputs.findIndex((other) => resolve(other) === resolve(output)) !== index) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${output}: two reports cannot be one file; choose another name for one of them.`,
      );
    }
  }
}

/** Whether a path is GitHub's step summary, which all commands of a step append to. */
export function isStepSummary(path: string): boolean {
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  return summary !== undefined && summary !== '' && resolve(path) === resolve(summary);
}

const names: Readonly<Record<ReportFormat, string>> = {
  html: 'an HTML report',
  junit: 'a JUnit report',
  markdown: 'a Markdown report',
};

/** Rejects a report over a file that no earlier run wrote. Errors: `WRITE_FAILED`. */
export function refuseForeignReport(format: ReportFormat, path: string): void {
  const start = startOf(path);
  if (start === '' || (start !== undefined && isReport(format, start))) return;
  throw new GraftError(
    'WRITE_FAILED',
    `${path}: a file that is not ${names[format]} of graft is there; choose another name.`,
  );
}

/** First characters of a file; empty if there is none, undefined if it cannot be read. */
function startOf(path: string): string | undefined {
  if (statSync(filePath(path), { throwIfNoEntry: false }) === undefined) return '';
  try {
    const file = openSync(filePath(path), 'r');
    try {
      const bytes = Buffer.alloc(512);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
