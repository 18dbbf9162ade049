import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { temporaryFolder } from '@pip-graft/graft/files';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Cache } from '../convert/cache/cache.ts';
import { filesOf, refuseInCache } from '../convert/config/check-jobs.ts';
import {
  chooseJobs,
  configNames,
  InvalidConfig,
  loadConfig,
  shareOfJobs,
} from '../convert/config/load-config.ts';
import { parseBytes } from '../convert/gates/run-gates.ts';
import { exitOf } from '../convert/job/job.ts';
import { runInProcess } from '../convert/job/run-in-process.ts';
import { lockPath, readLock, refuseForeignOutputs, writeLock } from '../convert/lock.ts';
import {
  annotations,
  convertJson,
  failureLines,
  formatOutcomes,
  outcomeLine,
} from '../convert/report/format-outcomes.ts';
import { convert } from '../convert/run/convert.ts';
import { checkOutputFile } from '../options/check-output.ts';
import { joined, wholeNumber } from '../options/options.ts';
import {
  checkReportOptions,
  type ReportOptions,
  reportOptions,
} from '../options/report-options.ts';
import { hubOptions } from '../pipeline/local-names.ts';
import { define, run } from '../pipeline/run.ts';
import type { Session } from '../pipeline/session.ts';
import { type ShardOption, shardOption } from '../shard.ts';

interface Options extends ReportOptions, ShardOption {
  readonly config?: string;
  readonly jobs?: number;
  readonly memory?: number;
  readonly only?: string;
  readonly frozen?: boolean;
  /** Folder of the cache; false for no cache. */
  readonly cache: string | false;
}

/** Share of the free memory to use: other programs need some, and estimates may be low. */
const memoryShare = 0.7;

export function command(): Command {
  const convertCommand = define(
    'convert',
    'Runs the conversions of a graft.config.json: sources, grafts, precision and gates',
    [
      'graft convert',
      'graft convert --only derain,dehaze --jobs 2 --memory "8 GB"',
      'graft convert --frozen --junit junit.xml --markdown "$GITHUB_STEP_SUMMARY"',
      'graft convert --frozen --shard 2/8 --json > shard-2.json',
    ],
  )
    .option(
      '-c, --config <file>',
      'config file; default: graft.config.json, .ts or .js in this folder',
    )
    .option(
      '--only <names>',
      'run only these jobs, joined by commas, and the jobs they start from',
      joined,
    )
    .option(
      '--jobs <number>',
      'jobs to run in parallel; default: the number of cores',
      wholeNumber(1, 1024),
    )
    .addOption(
      new Option(
        '--memory <size>',
        'memory for all parallel jobs, such as "8 GB"; default: 70 % of the free memory',
      ).argParser(sizeOf),
    )
    .option(
      '--frozen',
      'fail if inputs, options or outputs differ from graft.lock.json; does not write it',
    )
    .option('--cache <folder>', 'folder of cached results; default: .graft-cache beside the config')
    .option('--no-cache', 'do not use the cache')
    .addOption(shardOption('jobs'));
  for (const option of reportOptions()) convertCommand.addOption(option);
  return convertCommand.action(
    run<[], Options>(async (session, options) => {
      const { path, folder, config, lineOf } = await annotated(
        session,
        options.config ?? configNames[0],
        () => loadConfig(options.config, session.cwd),
      );
      checkReportOptions(options, [
        path,
        lockPath(path),
        ...config.jobs.flatMap((job) => filesOf(job, folder)),
      ]);
      const { shard } = options;
      const chosen = chooseJobs(config.jobs, options.only);
      const share = shareOfJobs(chosen, shard);
      const jobs = share.items;
      for (const job of jobs) for (const file of filesOf(job, folder)) checkOutputFile(file);
      const frozen = options.frozen === true;
      const locked = await annotated(session, path, () => readLock(lockPath(path), frozen));
      refuseForeignOutputs(jobs, folder, locked);
      if (locked === null && !frozen && existsSync(lockPath(path)))
        session.note(
          `warning: ${lockPath(path)}: it is not a lock file of this version, so it is written again, with the jobs of this run alone`,
        );
      const lock = lockPath(path, shard);
      if (!frozen) checkOutputFile(lock);
      const reuse = options.cache !== false;
      const cacheFolder = reuse
        ? typeof options.cache === 'string'
          ? resolve(session.cwd, options.cache)
          : resolve(folder, '.graft-cache')
        : (await temporaryFolder()).path;
      refuseInCache(jobs, folder, cacheFolder);
      session.progress('converting', 0, jobs.length, 'jobs');
      try {
        const { outcomes, inputs } = await convert({
          jobs,
          folder,
          cache: new Cache(cacheFolder),
          reuse,
          lock: frozen ? locked : null,
          lanes: options.jobs ?? availableParallelism(),
          memory: options.memory ?? memoryShare * process.availableMemory(),
          signal: session.signal,
          hub: hubOptions(session),
          now: () => performance.now(),
          run: (job) => runInProcess(job, { signal: session.signal, onStage: () => {} }),
          onOutcome: (outcome, done, total) => {
            session.note(outcomeLine(outcome));
            session.progress('converting', done, total, 'jobs');
          },
        });
        if (!frozen)
          await writeLock(lock, {
            outcomes,
            inputs,
            jobs,
            folder,
            before: locked,
            all: shard === undefined ? config.jobs : jobs,
          });
        const file = repositoryPath(path, session.cwd);
        for (const remark of annotations(outcomes, { file, lineOf, jobs: config.jobs }))
          session.annotate(remark);
        await writeConvertReports(outcomes, options, session, path);
        return {
          json: convertJson(
            outcomes,
            frozen,
            shard && { ...shard, total: chosen.length, order: [...share.positions] },
          ),
          text: formatOutcomes(outcomes, session.columns),
          failure: failureLines(outcomes).join('\n'),
          exit: exitOf(outcomes),
        };
      } finally {
        if (!reuse) await rm(cacheFolder, { recursive: true, force: true });
      }
    }),
  );
}

/** Path in the form that GitHub expects in annotations. */
function repositoryPath(path: string, cwd: string): string {
  return relative(process.env['GITHUB_WORKSPACE'] ?? cwd, path)
    .split(sep)
    .join('/');
}

/** Annotates a config that is invalid or has no lock file. Errors: those of the action. */
async function annotated<T>(
  session: Session,
  config: string,
  action: () => Promise<T> | T,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof GraftError) {
      const line = error instanceof InvalidConfig ? error.line : undefined;
      const file = repositoryPath(resolve(session.cwd, config), session.cwd);
      const title = 'graft convert';
      session.annotate({ kind: 'error', title, file, line, text: error.message });
    }
    throw error;
  }
}

/** Writes the reports. Loaded on demand: a build machine may lack the packages for reports. */
async function writeConvertReports(
  outcomes: Parameters<typeof convertJson>[0],
  options: ReportOptions,
  session: Session,
  path: string,
): Promise<void> {
  const { html, junit, markdown } = options;
  if (html === undefined && junit === undefined && markdown === undefined) return;
  const { convertReport } = await import('../convert/report/convert-report.ts');
  const { writeReports } = await import('../reports.ts');
  const config = relative(session.cwd, path) || basename(path);
  await writeReports(await convertReport(outcomes, config, dirname(path)), options, session);
}

function sizeOf(text: string): number {
  try {
    return parseBytes(/^\d+$/.test(text) ? Number(text) : text);
  } catch (error) {
    if (error instanceof GraftError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
