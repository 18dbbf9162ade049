import { basename } from 'node:path';
import { canonicalJson } from '@pip-graft/graft';
import { sha256 } from '../../pipeline/sha256.ts';
import { version } from '../../version.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Inputs } from './input-digests.ts';

/** Counts up when the same job would be carried out or kept in another way. */
const cacheFormat = 2;

/** Values of a job's options by their keys, as `gates.maxBytes`. */
export type JobOptions = Readonly<Record<string, string | number | boolean>>;

/** A job's options, whatever it is called and wherever it writes: what decides its bytes and verdicts. */
export function optionsOf({ name: _, output, ...options }: JobConfig): JobOptions {
  // Data beside a model is named after it.
  const entries = flat({ ...options, file: basename(output) }, '');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The plain values in a value, with the keys that lead to them. */
function flat(value: unknown, key: string): [string, string | number | boolean][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[key, value as string]];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [`${key}[${index}]`, item] as const)
    : Object.entries(value).map(([name, item]) => [key ? `${key}.${name}` : name, item] as const);
  // An empty list is a value, too.
  return entries.length === 0 ? [[key, '']] : entries.flatMap(([name, item]) => flat(item, name));
}

/** What a job's result is kept under: the tool, its options and all that it reads. */
export function cacheKey(config: JobConfig, inputs: Inputs): string {
  return sha256(canonicalJson({ cacheFormat, version, options: optionsOf(config), inputs }));
}
