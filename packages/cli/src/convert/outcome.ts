import type { Failure } from '../pipeline/exit.ts';
import type { Made, MadeFile } from './job/job.ts';

/** What came of a job. */
export interface Outcome {
  readonly name: string;
  /**
   * `built` now; `cached`: the same was made before; `failed`; `skipped`: what it waited for failed.
   */
  readonly status: 'built' | 'cached' | 'failed' | 'skipped';
  /** Path of its model as the config has it. */
  readonly output: string;
  /** Where its files are, also when they were not put in their place; null when there are none. */
  readonly made: Made | null;
  /** Whether files were written to their place. */
  readonly placed: boolean;
  /** Why it failed or was skipped. */
  readonly failure: Failure | null;
  /** A line for people: a cache entry that could not be believed. */
  readonly notes: readonly string[];
  readonly milliseconds: number;
}

/** Bytes of all files of a job. */
export function totalBytes(files: readonly MadeFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** How a run ends: with the status of the first job that failed, in the order of the config. */
export function exitOf(outcomes: readonly Outcome[]): number {
  return outcomes.find(({ status }) => status === 'failed')?.failure?.exit ?? 0;
}
