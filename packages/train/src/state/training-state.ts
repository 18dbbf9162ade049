import type { TensorMap } from '@pip-graft/weights';
import type { AdamWState } from '../optimise/adamw.ts';

/** What a run was started with, so that it is not continued with something else. */
export interface StateDigests {
  /** Of the training options. */
  readonly options: string;
  /** Of the host's file. */
  readonly host: string;
  /** Of the adapter that the run began with. */
  readonly adapter: string;
}

/**
 * Everything that a run needs to go on as if it had not stopped, as plain data.
 *
 * Random draws are not in it: they come from the seed and the step (`Random.fork`).
 */
export interface TrainingState {
  /** Steps of the run that are done, those that were skipped among them. */
  readonly step: number;
  /** As given to `Random`: a whole number or text. */
  readonly seed: number | string;
  readonly parameters: TensorMap;
  /** Its moments are for the very names of `parameters`; none before its first step. */
  readonly optimiser: AdamWState;
  /** Running means, for the very names of `parameters`; empty when none are kept. */
  readonly average: ReadonlyMap<string, Float32Array>;
  /** Batch losses as measured, oldest first; NaN and infinite ones are kept as such. */
  readonly losses: readonly number[];
  readonly digests: StateDigests;
}
