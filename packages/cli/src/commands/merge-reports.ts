import { GraftError } from '@pip-graft/graft';
import { writeAtomic } from '@pip-graft/graft/files';
import { printableJson } from '@pip-graft/report/text';
import type { Command } from 'commander';
import type { Outcome } from '../convert/job/job.ts';
import { decodeLock, encodeLock, type LockedJob } from '../convert/lock.ts';
import { mergeConvert, mergeEval, mergeRestore } from '../merge/merge-parts.ts';
import { mergedFile, type Part, type PartKind, readParts } from '../merge/parts.ts';
import { checkOutputFile, forceFileOption, refuseForeignFile } from '../options/check-output.ts';
import { decibels, outputOption, refuseOverInput } from '../options/options.ts';
import {
  checkReportOptions,
  type ReportOptions,
  reportOptions,
} from '../options/report-options.ts';
import { define, type Result, run } from '../pipeline/run.ts';
import type { Session } from '../pipeline/session.ts';
import { type Entry, encodeJournal, readJournal } from '../restore/journal.ts';

interface Options extends ReportOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly minPsnr?: number;
  readonly perImage?: boolean;
}

export function command(): Command {
  const merging = define(
    'merge-reports',
    'Merges the results of a sharded run into those of a single run',
    [
      'graft merge-reports shard-*.json -o result.json',
      'graft merge-reports convert-*.json --html report.html --junit junit.xml',
      'graft merge-reports eval-*.json --min-psnr 30',
      'graft merge-reports graft.lock-*.json -o graft.lock.json',
      'graft merge-reports restored/.graft-restore-*.jsonl -o restored/.graft-restore.jsonl',
    ],
  )
    .argument(
      '<files...>',
      '--json results of restore, eval or convert shards, or their journals or lock files',
    )
    .addOption(
      outputOption('also write the result to this file; required for journals and lock files'),
    )
    .addOption(forceFileOption({ what: 'of the same kind' }))
    .option(
      '--min-psnr <dB>',
      'for eval: fail if the mean PSNR over tasks (RGB) is lower',
      decibels,
    )
    .option('--per-image', 'for eval: print the figures of every image');
  for (const option of reportOptions()) {
    option.description = `for convert: ${option.description}`;
    merging.addOption(option);
  }
  return merging.action(
    run<[string[]], Options>(async (session, files, options) => {
      const { output } = options;
      if (output !== undefined) checkOutputFile(output);
      checkReportOptions(options, [...files, ...(output === undefined ? [] : [output])]);
      const { kind, parts } = readParts(files);
      if (kind !== 'eval' && (options.minPsnr !== undefined || options.perImage))
        throw new GraftError(
          'INVALID_ARGUMENT',
          '--min-psnr, --per-image: only eval measures images; omit them.',
        );
      for (const { path, text } of kind === 'journal' ? parts : []) {
        const { ignored } = readJournal(text);
        if (ignored > 0)
          session.note(`${path}: ignored ${counted(ignored, 'unreadable journal line')}`);
      }
      if (output !== undefined) {
        // Journals and lock files may be merged into one of them: that loses nothing.
        if (kind !== 'journal' && kind !== 'lock')
          for (const file of files) refuseOverInput(file, output);
        refuseForeignFile(output, options.force, mergedFile(kind));
      }
      const { result, text, outcomes } = merge(kind, parts, options);
      await writeMerged(outcomes, options, session);
      if (output === undefined && result.json === null)
        throw new GraftError(
          'INVALID_ARGUMENT',
          `--output: missing; name the file for the merged ${kind}s.`,
        );
      if (output === undefined) return result;
      const bytes = new TextEncoder().encode(text);
      await writeAtomic(output, (append) => append(bytes), session.signal);
      session.note(`${output}: ${counted(parts.length, 'file')} merged`);
      return result;
    }),
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Merges the parts into a result and the text of its file. */
function merge(
  kind: PartKind,
  parts: readonly Part[],
  options: Options,
): { readonly result: Result; readonly text: string; readonly outcomes?: readonly Outcome[] } {
  const file = (text: string) => ({ result: { json: null, text: '' }, text });
  const printed = (result: Result) => ({ result, text: `${printableJson(result.json)}\n` });
  switch (kind) {
    case 'journal':
      return file(mergeJournals(parts));
    case 'lock':
      return file(mergeLocks(parts));
    case 'restore':
      return printed(mergeRestore(parts));
    case 'eval':
      return printed(mergeEval(parts, options));
    case 'convert': {
      const { outcomes, ...result } = mergeConvert(parts);
      return { ...printed(result), outcomes };
    }
  }
}

/** Writes the reports of a conversion, as one run does. Model paths are relative to this folder. */
async function writeMerged(
  outcomes: readonly Outcome[] | undefined,
  options: Options,
  session: Session,
): Promise<void> {
  const { html, junit, markdown } = options;
  if (html === undefined && junit === undefined && markdown === undefined) return;
  if (outcomes === undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--html, --junit, --markdown: only convert has such reports; omit them.',
    );
  const { convertReport } = await import('../convert/report/convert-report.ts');
  const { writeReports } = await import('../reports.ts');
  await writeReports(await convertReport(outcomes, 'merged', session.cwd), options, session);
}

/** Merges journals of `graft restore`, sorted by name; invalid lines are dropped. */
function mergeJournals(parts: readonly Part[]): string {
  const entries = new Map<string, Entry>();
  for (const { text } of parts)
    for (const [name, entry] of readJournal(text).entries) entries.set(name, entry);
  return encodeJournal([...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/**
 * Merges lock files of `graft convert`.
 *
 * Errors: `CORRUPT_FILE`; `INVALID_ARGUMENT` for a job that two files lock differently.
 */
function mergeLocks(parts: readonly Part[]): string {
  const jobs = new Map<string, LockedJob & { readonly path: string }>();
  for (const { path, text } of parts) {
    for (const [name, job] of Object.entries(decodeLock(text, path).jobs)) {
      const other = jobs.get(name);
      if (
        other !== undefined &&
        JSON.stringify({ ...job, path: other.path }) !== JSON.stringify(other)
      )
        throw new GraftError(
          'INVALID_ARGUMENT',
          `${path}: job '${name}' is not locked as in ${other.path}; merge the shards of one run.`,
        );
      jobs.set(name, { ...job, path });
    }
  }
  return encodeLock(new Map([...jobs].map(([name, { path: _, ...job }]) => [name, job])));
}
