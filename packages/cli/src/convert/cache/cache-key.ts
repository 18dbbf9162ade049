import { basename } from 'node:path';
import { canonicalJson } from '@pip-graft/graft';
import { sha256 } from '../../pipeline/sha256.ts';
import { version } from '../../version.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Inputs } from './input-digests.ts';

/** Version of the cache; raised when the same job would be built or stored differently. */
const cacheFormat = 2;

/** Values of a job's options by their keys, such as `gates.maxBytes`. */
export type JobOptions = Readonly<Record<string, string | number | boolean>>;

/** Options that determine a job's bytes and verdicts: all but its name and where it writes. */
export function optionsOf({ name: _, output, ...options }: JobConfig): JobOptions {
  // External data is named after its model.
  const entries = flat({ ...options, file: basename(output) }, '');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Flattens a value to its plain values, with the keys that lead to them. */
function flat(value: unknown, key: string): [string, string | number | boolean][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[key, value as string]];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [`${key}[${index}]`, item] as const)
    : Object.entries(value).map(([name, item]) => [key ? `${key}.${name}` : name, item] as const);
  // An empty list is also a value.
  return entries.length === 0 ? [[key, '']] : entries.flatMap(([name, item]) => flat(item, name));
}

/** Cache key of a job's result: the tool, the job's options and everything that it reads. */
export function cacheKey(config: JobConfig, inputs: Inputs): string {
  return sha256(canonicalJson({ cacheFormat, version, options: optionsOf(config), inputs }));
}
