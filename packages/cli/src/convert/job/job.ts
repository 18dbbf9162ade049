import { bytesText } from '@pip-graft/report/text';
import type { ValidationFigures, Verdict } from '@pip-graft/validate';
import type { Failure } from '../../pipeline/exit.ts';
import type { JobConfig } from '../config/schema.ts';

/** Time and memory that validation measured. */
export type Measured = Pick<ValidationFigures, 'latency' | 'memory'>;

/** A job with everything that a process needs to run it: plain data. */
export interface Job {
  readonly config: JobConfig;
  /** Folder that the config's paths are relative to, and where the search for adapters starts. */
  readonly folder: string;
  /** Path of the source model, if another job makes it. */
  readonly sourceOutput: string | null;
  /** Whether that model's weights come from a seed. */
  readonly sourceSeeded: boolean;
  /** Empty folder for the output, which the caller then moves into place. */
  readonly staging: string;
}

/** A file that a job made in its staging folder. */
export interface MadeFile {
  /** Name without a folder: the model and its data are beside each other. */
  readonly name: string;
  readonly bytes: number;
  /** `sha256:…` */
  readonly digest: string;
}

/** A job's files and verdicts: plain data. */
export interface Made {
  /** The model first. */
  readonly files: readonly MadeFile[];
  readonly family: string;
  readonly precision: string;
  readonly adapters: readonly {
    readonly name: string;
    readonly version: string;
    readonly trained: boolean;
  }[];
  readonly labels: readonly string[];
  /** Whether the weights come from a seed: then nothing is trained, whatever the adapters say. */
  readonly seeded: boolean;
  readonly gates: readonly Verdict[];
  /** Time and memory, if a gate validated the model. */
  readonly measured: Measured;
  readonly warnings: readonly string[];
}

/** Outcome of a job. */
export interface Outcome {
  readonly name: string;
  /**
   * `built` now; `cached`: built before; `failed`; `skipped`: a job that it depends on failed.
   */
  readonly status: 'built' | 'cached' | 'failed' | 'skipped';
  /** Path of its model, as in the config. */
  readonly output: string;
  /** Its result, even if its files were not put in place; null if there is none. */
  readonly made: Made | null;
  /** Whether files were written to their final place. */
  readonly placed: boolean;
  /** Why the job failed or was skipped. */
  readonly failure: Failure | null;
  /** Lines for people, such as about a corrupt cache entry. */
  readonly notes: readonly string[];
  readonly milliseconds: number;
}

/** Total bytes of a job's files. */
export function totalBytes(files: readonly MadeFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Counts of a run's jobs by status, as words. @example '2 built, 1 failed' */
export function countsText(outcomes: readonly Outcome[]): string {
  return (['built', 'cached', 'failed', 'skipped'] as const)
    .map((wanted) => ({ wanted, count: outcomes.filter(({ status }) => status === wanted).length }))
    .filter(({ count }) => count > 0)
    .map(({ wanted, count }) => `${count} ${wanted}`)
    .join(', ');
}

/** Exit status of a run: that of the first job that failed, in the order of the config. */
export function exitOf(outcomes: readonly Outcome[]): number {
  return outcomes.find(({ status }) => status === 'failed')?.failure?.exit ?? 0;
}

/** Whether a model is trained: not if weights or an adapter are from a seed; null if unknown. */
export function isTrained({ seeded, adapters }: Made): boolean | null {
  if (seeded || adapters.some(({ trained }) => !trained)) return false;
  return adapters.length > 0 ? true : null;
}

/** Formats milliseconds, such as "0.4 s". */
export function durationText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Formats a gate's result for people: its figure, its limit and what they are. */
export function figureText({ measured, limit, unit, detail }: Verdict): string {
  if (measured === null) return detail;
  return `${inUnit(measured, unit)}, the limit is ${inUnit(limit, unit)}: ${detail}`;
}

function inUnit(value: Verdict['limit'], unit: Verdict['unit']): string {
  if (typeof value !== 'number') return value ?? '–';
  if (unit === 'bytes') return bytesText(value);
  if (unit === undefined) return String(Number(value.toPrecision(4)));
  return `${value.toFixed(2)} ${unit}`;
}
