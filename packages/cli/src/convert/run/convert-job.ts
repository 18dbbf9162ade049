import { rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
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
import { cacheKey, optionsOf } from '../cache/cache-key.ts';
import { type Inputs, inputDigests } from '../cache/input-digests.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Job, Made, MadeFile } from '../job/job.ts';
import { inputDifferences, type Lock, lockedCommit } from '../lock/lock.ts';
import { figureText } from '../report/words.ts';
import { type FindPlace, hubPlaces, localJob } from './hub-places.ts';

/** What a job needs besides its config. */
export interface Surroundings {
  readonly folder: string;
  /** Where results are kept; `find` is not asked when `reuse` is false. */
  readonly cache: Cache;
  readonly reuse: boolean;
  readonly signal: AbortSignal;
  /** What everything has to be, with `--frozen`; else null. */
  readonly lock: Lock | null;
  /** Finds what jobs name on a model hub. */
  readonly find: FindPlace;
  /** Carries a job out when there is room for it. */
  readonly work: (job: Job) => Promise<Made>;
}

/** A job that passed its gates and is in its place. */
export interface Converted {
  readonly made: Made;
  readonly inputs: Inputs;
  readonly cached: boolean;
  readonly placed: boolean;
  readonly notes: readonly string[];
}

/**
 * Converts: looks the job up by content, else carries it out; puts its files in their place when
 * every gate let them through, and touches nothing when one did not.
 *
 * Errors: those of the job; `GATE_FAILED` for gates and for what the lock does not allow, carrying what
 * was made as `made`.
 */
export async function convertJob(
  config: JobConfig,
  source: Made | null,
  sourceOutput: string | null,
  around: Surroundings,
): Promise<Converted> {
  const { folder, cache, lock, reuse } = around;
  const output = resolve(folder, config.output);
  // With a lock, the commits that it says, whatever the branches are by now.
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
  const notes =
    found.kind === 'corrupt' ? [`its entry in the cache is made again: ${found.problem}`] : [];
  const staging = await cache.staging();
  try {
    const made = await around.work({
      config: localJob(config, places),
      folder,
      sourceOutput,
      sourceSeeded: source?.seeded ?? false,
      staging,
    });
    refuseFailed(config, made);
    if (lock !== null) refuseOther(config, made, folder, lock);
    // What could not be judged here may be judged elsewhere, by the same key.
    const from = reuse && !unjudged(made) ? await cache.keep(key, staging, made) : staging;
    const placed = await placeFiles(from, made.files, output, around.signal);
    return { made, inputs, cached: false, placed, notes };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A failure that has something to show. */
export class JobRefused extends GraftError {
  readonly made: Made | null;

  constructor(message: string, made: Made | null) {
    super('GATE_FAILED', message);
    this.made = made;
  }
}

/** A gate as a whole was skipped, as a device that is not there makes it. */
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
      `Job '${name}': ${failed.length === 1 ? 'a gate' : `${failed.length} gates`} failed, so nothing was put in its place:`,
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

/** Digests of a job's files by their path below the config's folder. */
export function outputsOf(
  config: JobConfig,
  { files }: Made,
  folder: string,
): Readonly<Record<string, string>> {
  const at = dirname(resolve(folder, config.output));
  const entries = files.map(({ name, digest }) => {
    const path = relative(folder, resolve(at, name)).split(sep).join('/');
    return [path, digest] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Puts a job's files in their places, unless they are there already: all are written beside them
 * first, and take them together. Copies, so that nothing done to an output reaches the cache.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param files the model, which makes the others count, first
 * @param output the path of the model
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
  // Through a link, with the data beside the file that it leads to.
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
