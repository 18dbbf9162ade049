import type { Verdict } from '@pip-graft/validate';
import type { JobConfig } from '../config/schema.ts';
import type { Measured } from '../gates/run-gates.ts';

/** A job with all that a process needs to carry it out: plain data. */
export interface Job {
  readonly config: JobConfig;
  /** Paths and adapters of the config are looked for from here. */
  readonly folder: string;
  /** The model that it starts from, where another job makes it. */
  readonly sourceOutput: string | null;
  /** Whether that model's weights came from a seed. */
  readonly sourceSeeded: boolean;
  /** An empty folder; the output is made there and put in its place by the caller. */
  readonly staging: string;
}

/** A file that a job made, in its staging folder. */
export interface MadeFile {
  /** Without a folder: the model and its data are beside each other. */
  readonly name: string;
  readonly bytes: number;
  /** `sha256:…` */
  readonly digest: string;
}

/** What a job made and how it was judged: plain data. */
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
  /** Where a network's weights came from a seed nothing is trained, whatever the adapters say. */
  readonly seeded: boolean;
  readonly gates: readonly Verdict[];
  /** Time and memory, where a gate validated the model. */
  readonly measured: Measured;
  readonly warnings: readonly string[];
}
