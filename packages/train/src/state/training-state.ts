import type { TensorMap } from '@pip-graft/weights';
import type { AdamWState } from '../optimise/adamw.ts';

/** What JSON holds. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a run was started with, so that it is not continued with something else. */
export interface StateOrigin {
  /** Training options by name, as whoever trains compares them. */
  readonly options: { readonly [name: string]: JsonValue };
  /** Digest of the host's file. */
  readonly host: string;
  /** Digest of the adapter that the run began with. */
  readonly adapter: string;
}

/** An option that a run went on with in another way than it had begun. */
export interface StateChange {
  /** Steps that were done. */
  readonly step: number;
  readonly option: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** Where a run was best on images that it does not learn from. */
export interface BestStep {
  readonly step: number;
  /** The figure, larger is better. */
  readonly figure: number;
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
  /** With the options as they are now. */
  readonly origin: StateOrigin;
  /** What was changed on the way, oldest first. */
  readonly changes: readonly StateChange[];
  /** Null before the first validation. */
  readonly best: BestStep | null;
}
