import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { GraftError, own } from '@pip-graft/graft';
import { ioError, writeAtomic } from '@pip-graft/graft/files';
import { type Shard, shardName } from '../../shard/shard.ts';
import { optionsOf } from '../cache/cache-key.ts';
import type { Inputs } from '../cache/input-digests.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Outcome } from '../outcome.ts';
import { outputsOf } from '../run/convert-job.ts';
import { decodeLock, encodeLock, type Lock, type LockedJob } from './lock.ts';

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
      `${path}: there is no lock to hold the conversion against; convert once without --frozen and commit what that writes.`,
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
