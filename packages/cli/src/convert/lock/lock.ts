import { GraftError, own } from '@pip-graft/graft';
import { z } from 'zod';
import { version } from '../../version.ts';
import type { JobOptions } from '../cache/cache-key.ts';
import type { Inputs } from '../cache/input-digests.ts';

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
