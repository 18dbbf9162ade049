import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { GraftError, own } from '@pip-graft/graft';
import { ioError, writeAtomic } from '@pip-graft/graft/files';
import { z } from 'zod';
import { anyModel, isReplaceable } from '../options/check-output.ts';
import { type Shard, shardName } from '../shard.ts';
import { version } from '../version.ts';
import { type Inputs, type JobOptions, optionsOf } from './cache/cache-key.ts';
import type { JobConfig } from './config/schema.ts';
import type { Made, Outcome } from './job/job.ts';

/**
 * Path of a config's lock file: `graft.lock.json` for `graft.config.json`, `x.lock.json` for
 * `x.json`. A shard writes `graft.lock-2-of-8.json`, because shards would overwrite each other's
 * entries.
 */
export function lockPath(config: string, shard?: Shard): string {
  const stem = basename(config, extname(config)).replace(/\.config$/, '');
  const suffix = shard === undefined ? '' : `-${shardName(shard)}`;
  return join(dirname(config), `${stem}.lock${suffix}.json`);
}

/**
 * Reads a lock file; null if there is none.
 *
 * Errors: `READ_FAILED`; if it is needed, also `GATE_FAILED` for a missing file, and
 * `CORRUPT_FILE`. If it is not needed, a corrupt file counts as none.
 */
export function readLock(path: string, needed: boolean): Lock | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) throw ioError('read', path, error);
    if (!needed) return null;
    throw new GraftError(
      'GATE_FAILED',
      `${path}: there is no lock to compare the conversion with; convert once without --frozen and commit what that writes.`,
    );
  }
  try {
    return decodeLock(text, path);
  } catch (error) {
    if (needed) throw error;
    return null;
  }
}

export interface LockUpdate {
  readonly outcomes: readonly Outcome[];
  readonly inputs: ReadonlyMap<string, Inputs>;
  /** Jobs that ran. */
  readonly jobs: readonly JobConfig[];
  /** All jobs of the config: those that did not run keep their entries; others are removed. */
  readonly all: readonly JobConfig[];
  readonly folder: string;
  readonly before: Lock | null;
}

/** Updates the lock file if it differs; jobs that failed keep their entries. */
export async function writeLock(path: string, update: LockUpdate): Promise<void> {
  const { outcomes, inputs, jobs, all, folder, before } = update;
  const locked = new Map<string, LockedJob>();
  for (const { name } of all) {
    const earlier = before ? own(before.jobs, name) : undefined;
    if (earlier !== undefined) locked.set(name, earlier);
  }
  for (const [index, config] of jobs.entries()) {
    const made = outcomes[index]?.made;
    const read = inputs.get(config.name);
    // A job without inputs failed.
    if (!made || read === undefined) continue;
    const outputs = outputsOf(config, made, folder);
    locked.set(config.name, { options: optionsOf(config), inputs: read, outputs });
  }
  if (locked.size === 0) return;
  const text = encodeLock(locked);
  if (sameText(path, text)) return;
  const bytes = new TextEncoder().encode(text);
  await writeAtomic(path, (append) => append(bytes));
}

function sameText(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

/** Record with any keys: zod's own record drops `__proto__`. */
const anyRecord = <T extends z.ZodType>(values: T) =>
  z.preprocess(
    (given) => (isRecord(given) ? Object.entries(given) : null),
    z.array(z.tuple([z.string(), values])).transform((entries) => Object.fromEntries(entries)),
  );

const isRecord = (given: unknown): given is object =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

const digests = anyRecord(z.string());
const options = anyRecord(z.union([z.string(), z.number(), z.boolean()]));
const lockedJob = z.strictObject({ options, inputs: digests, outputs: digests });
const lockSchema = z.strictObject({
  format: z.literal(1),
  tool: z.string(),
  jobs: anyRecord(lockedJob),
});

/** A job's options, and digests of its inputs and of its outputs, by path below the config. */
export interface LockedJob {
  readonly options: JobOptions;
  readonly inputs: Inputs;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Content of `graft.lock.json`: enough to know whether a conversion has the same result. */
export interface Lock {
  readonly tool: string;
  readonly jobs: Readonly<Record<string, LockedJob>>;
}

/** Encodes a lock file: sorted, without times and machines, so it changes only if a job does. */
export function encodeLock(jobs: ReadonlyMap<string, LockedJob>): string {
  const sorted = Object.fromEntries([...jobs].sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ format: 1, tool: version, jobs: sorted }, null, 2)}\n`;
}

/** Decodes a lock file. Errors: `CORRUPT_FILE`. */
export function decodeLock(text: string, place: string): Lock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${place}: it is not JSON; convert without --frozen to write it again.`,
      { cause },
    );
  }
  const parsed = lockSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GraftError(
    'CORRUPT_FILE',
    `${place}: it is not a lock file of this version; convert without --frozen to write it again.`,
  );
}

/** Locked commit of a name on a model hub; undefined if there is none. */
export function lockedCommit(lock: Lock, job: string, text: string): string | undefined {
  const locked = own(own(lock.jobs, job)?.inputs ?? {}, text);
  return /^commit:([0-9a-f]{40})$/.exec(locked ?? '')?.[1];
}

/** Differences between a job's options and inputs and the lock, as sentences. */
export function inputDifferences(
  lock: Lock,
  name: string,
  options: JobOptions,
  inputs: Inputs,
): string[] {
  const locked = own(lock.jobs, name);
  if (locked === undefined) return ['the lock has no such job'];
  const differences: string[] = [];
  if (lock.tool !== version)
    differences.push(`the lock is of version ${lock.tool}, and this is ${version}`);
  for (const key of new Set([...Object.keys(locked.options), ...Object.keys(options)])) {
    const [then, now] = [own(locked.options, key), own(options, key)];
    if (then !== now)
      differences.push(`option '${key}' is ${shown(now)}, locked as ${shown(then)}`);
  }
  for (const label of new Set([...Object.keys(locked.inputs), ...Object.keys(inputs)])) {
    const [then, now] = [own(locked.inputs, label), own(inputs, label)];
    if (then !== now)
      differences.push(`'${label}' is ${now ?? 'not read'}, locked ${then ?? 'as not read'}`);
  }
  return differences;
}

function shown(value: string | number | boolean | undefined): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

/** Digests of a job's files, by their path below the config's folder. */
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
 * Rejects an output over a file that is not a model and that the lock does not list: a config that
 * names it by mistake would destroy it. Errors: `WRITE_FAILED`.
 */
export function refuseForeignOutputs(
  jobs: readonly JobConfig[],
  folder: string,
  lock: Lock | null,
): void {
  for (const { name, output } of jobs) {
    const path = resolve(folder, output);
    const made = Object.keys(own(lock?.jobs ?? {}, name)?.outputs ?? {});
    if (made.some((each) => resolve(folder, each) === path) || !existsSync(path)) continue;
    if (!isReplaceable(path, anyModel))
      throw new GraftError(
        'WRITE_FAILED',
        `${path}: the output of job '${name}' would replace a file that is not a model; remove it, or choose another output.`,
      );
  }
}
