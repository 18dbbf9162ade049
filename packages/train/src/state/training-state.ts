import type { TensorMap } from '@pip-graft/weights';
import type { AdamWState } from '../optimise/adamw.ts';

/** Losses that a training state may keep: with 24 bytes each, the header stays under the format's 100 MB. */
export const maxLosses = 2_000_000;

/** Characters of a training state's record, by the same reckoning. */
export const maxRecordCharacters = 64 * 1024 * 1024;

/** A float64 as JSON holds it: a number, or text for the four that JSON has no number for. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** JSON writes the shortest decimals that read back as the same float64; these four it would change. */
export function encodeNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** The number that {@link encodeNumber} was given, or undefined for what it never returns. */
export function decodeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return special.has(value) ? special.get(value) : undefined;
}

const special: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

/** Kinds of tensors of a training state, each once a parameter. */
export type TensorKind = 'parameter' | 'm' | 'v' | 'average';

/** Key of the record in a file's metadata. */
export const recordKey = 'pip-graft.training-state';

/** The tensor of a kind and a parameter, such as `m/level1.gate`. */
export function tensorName(kind: TensorKind, name: string): string {
  return `${kind}/${name}`;
}

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
  /** Training options by name, as the run compares them. */
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
