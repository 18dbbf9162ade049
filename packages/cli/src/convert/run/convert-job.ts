import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError, own } from '@pip-graft/graft';
import {
  copyFileTo,
  followLink,
  ioError,
  makeFolder,
  replaceTogether,
  type Staged,
  stageTogether,
  sweepLeftovers,
} from '@pip-graft/graft/files';
import { type Cache, hasDigest } from '../cache/cache.ts';
import { cacheKey, type Inputs, inputDigests, optionsOf } from '../cache/cache-key.ts';
import type { JobConfig } from '../config/schema.ts';
import { figureText, type Job, type Made, type MadeFile } from '../job/job.ts';
import { inputDifferences, type Lock, lockedCommit, outputsOf } from '../lock.ts';
import { type FindPlace, hubPlaces, localJob } from './hub-places.ts';

/** What a job needs besides its config. */
export interface Surroundings {
  readonly folder: string;
  /** Cache of results; not looked up if `reuse` is false. */
  readonly cache: Cache;
  readonly reuse: boolean;
  readonly signal: AbortSignal;
  /** The lock that everything must match, with `--frozen`; otherwise null. */
  readonly lock: Lock | null;
  /** Resolves names on a model hub. */
  readonly find: FindPlace;
  /** Runs a job as soon as there is room for it. */
  readonly work: (job: Job) => Promise<Made>;
}

/** Result of a job that passed its gates and is in place. */
export interface Converted {
  readonly made: Made;
  readonly inputs: Inputs;
  readonly cached: boolean;
  readonly placed: boolean;
  readonly notes: readonly string[];
}

/**
 * Converts a job: looks it up in the cache or runs it, and puts its files in place if every gate
 * passed. If one failed, nothing changes.
 *
 * Errors: those of the job; `GATE_FAILED` for failed gates and for differences from the lock, with
 * the job's result as `made`.
 */
export async function convertJob(
  config: JobConfig,
  source: Made | null,
  sourceOutput: string | null,
  around: Surroundings,
): Promise<Converted> {
  const { folder, cache, lock, reuse } = around;
  const output = resolve(folder, config.output);
  // With a lock, use its commits, even if branches have moved.
  const places = await hubPlaces(config, around.find, (text) =>
    lock === null ? undefined : lockedCommit(lock, config.name, text),
  );
  const inputs = inputDigests(config, folder, source?.files ?? null, places);
  if (lock !== null) refuseDifferent(config, inputs, lock);
  const key = cacheKey(config, inputs);
  const found = reuse ? cache.find(key) : { kind: 'miss' as const };
  if (found.kind === 'hit') {
    if (lock !== null) refuseOther(config, found.made, folder, lock);
    const placed = await placeFiles(found.folder, found.made.files, output, around.signal);
    return { made: found.made, inputs, cached: true, placed, notes: [] };
  }
  const notes = found.kind === 'corrupt' ? [`its cache entry is made again: ${found.problem}`] : [];
  const staging = await cache.staging();
  try {
    const made = await workIn(staging, output, around, {
      config: localJob(config, places),
      folder,
      sourceOutput,
      sourceSeeded: source?.seeded ?? false,
      staging,
    });
    refuseFailed(config, made);
    if (lock !== null) refuseOther(config, made, folder, lock);
    // A gate that was skipped here may run elsewhere, with the same key.
    const from = reuse && !unjudged(made) ? await cache.keep(key, staging, made) : staging;
    const placed = await placeFiles(from, made.files, output, around.signal);
    return { made, inputs, cached: false, placed, notes };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Runs a job; its errors name the output, where users look, and not the staging folder. */
async function workIn(
  staging: string,
  output: string,
  { work }: Pick<Surroundings, 'work'>,
  job: Job,
): Promise<Made> {
  try {
    return await work(job);
  } catch (error) {
    if (!(error instanceof GraftError) || !error.message.includes(staging)) throw error;
    const message = error.message.replaceAll(join(staging, basename(output)), output);
    throw new GraftError(error.code, message.replaceAll(staging, dirname(output)), {
      cause: error,
    });
  }
}

/** Error of a job that has a result to show. */
export class JobRefused extends GraftError {
  readonly made: Made | null;

  constructor(message: string, made: Made | null) {
    super('GATE_FAILED', message);
    this.made = made;
  }
}

/** Whether a whole gate was skipped, for example because a device is missing. */
function unjudged({ gates }: Made): boolean {
  return gates.some(({ name, status }) => status === 'skipped' && !name.startsWith('validate: '));
}

function refuseFailed({ name }: JobConfig, made: Made): void {
  const failed = made.gates.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return;
  const lines = failed.slice(0, 10).map((gate) => `${name}: ${gate.name}: ${figureText(gate)}`);
  const rest = failed.length > lines.length ? [`${failed.length - lines.length} more`] : [];
  throw new JobRefused(
    [
      `Job '${name}': ${failed.length === 1 ? 'a gate' : `${failed.length} gates`} failed, so nothing was put in place:`,
      ...lines,
      ...rest,
    ].join('\n'),
    made,
  );
}

function refuseDifferent(config: JobConfig, inputs: Inputs, lock: Lock): void {
  const differences = inputDifferences(lock, config.name, optionsOf(config), inputs);
  if (differences.length === 0) return;
  throw new JobRefused(`Job '${config.name}' is not as locked: ${differences.join('; ')}.`, null);
}

function refuseOther(config: JobConfig, made: Made, folder: string, lock: Lock): void {
  const locked = own(lock.jobs, config.name)?.outputs ?? {};
  const now = outputsOf(config, made, folder);
  const paths = new Set([...Object.keys(locked), ...Object.keys(now)]);
  const different = [...paths].filter((path) => own(locked, path) !== own(now, path));
  if (different.length === 0) return;
  const said = different.map(
    (path) =>
      `'${path}' is ${own(now, path) ?? 'not made'}, locked ${own(locked, path) ?? 'as not made'}`,
  );
  throw new JobRefused(`Job '${config.name}' is not as locked: ${said.join('; ')}.`, made);
}

/**
 * Puts a job's files in place, unless they are already there: all are first written beside their
 * targets and then renamed together. They are copies: a changed output does not change the cache.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param files the model first, because it refers to the others
 * @param output path of the model
 * @returns whether anything was written
 */
export async function placeFiles(
  from: string,
  files: readonly MadeFile[],
  output: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const [model] = files;
  if (model === undefined) return false;
  // Follow a link, and put the data beside the file that it leads to.
  const target = followLink(output);
  const folder = dirname(target);
  const place = ({ name }: MadeFile): string => (name === model.name ? target : join(folder, name));
  await sweepLeftovers(
    folder,
    files.map((file) => basename(place(file))),
  );
  let staged: Staged[] = [];
  try {
    const missing = files.filter((file) => !hasDigest(place(file), file.digest));
    if (missing.length === 0) return false;
    await makeFolder(folder);
    staged = stageTogether(missing.map(place));
    for (const [index, { name }] of missing.entries())
      await copyFileTo(join(from, name), staged[index]!.from, 'copy', { signal, durable: true });
    await replaceTogether(staged);
    return true;
  } catch (error) {
    for (const { from: path } of staged) await rm(path, { force: true }).catch(() => {});
    if (signal?.aborted) throw error;
    throw ioError('write', target, error);
  }
}
