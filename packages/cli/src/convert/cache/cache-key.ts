import { basename } from 'node:path';
import { canonicalJson } from '@pip-graft/graft';
import { sha256 } from '../../pipeline/sha256.ts';
import { version } from '../../version.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Inputs } from './input-digests.ts';

/** Counts up when the same job would be carried out or kept in another way. */
const cacheFormat = 1;

/** A job's options, whatever it is called and wherever it writes: what decides its bytes and verdicts. */
export function optionsDigest({ name: _, output, ...options }: JobConfig): string {
  // Data beside a model is named after it.
  return sha256(canonicalJson({ ...options, file: basename(output) }));
}

/** What a job's result is kept under: the tool, its options and all that it reads. */
export function cacheKey(config: JobConfig, inputs: Inputs): string {
  return sha256(canonicalJson({ cacheFormat, version, options: optionsDigest(config), inputs }));
}
