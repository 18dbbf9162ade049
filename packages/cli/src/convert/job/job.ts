import type { ValidationFigures, Verdict } from '@pip-graft/validate';
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
