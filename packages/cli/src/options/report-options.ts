import { resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
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
 * Rejects two reports in one file, or a report over a model, before a long run.
 *
 * @param inputs files that the command reads
 */
export function checkReportOptions(options: ReportOptions, inputs: readonly string[]): void {
  const { html, junit, markdown } = options;
  const outputs = [html, junit, markdown].filter((path) => path !== undefined);
  for (const output of outputs) checkOutput(output, ...inputs);
  for (const [index, output] of outputs.entries()) {
    if (outputs.findIndex((other) => resolve(other) === resolve(output)) !== index) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${output}: two reports cannot be one file; choose another name for one of them.`,
      );
    }
  }
}
