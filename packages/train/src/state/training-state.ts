import type { TensorMap } from '@pip-graft/weights';
import type { AdamWState } from '../optimise/adamw.ts';

/**
 * Most losses that a training state may keep: with 24 bytes each, the header stays below the
 * format's 100 MB.
 */
export const maxLosses = 2_000_000;

/** Most characters of a training state's record, for the same reason. */
export const maxRecordCharacters = 64 * 1024 * 1024;

/** A float64 in JSON: a number, or text for the four values that JSON has no number for. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/**
 * Encodes a float64 exactly. JSON writes the shortest decimals that read back as the same float64,
 * but would change these four values.
 */
export function encodeNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** Returns the number that {@link encodeNumber} encoded; undefined for what it never returns. */
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

/** Kinds of tensors of a training state, one each per parameter. */
export type TensorKind = 'parameter' | 'm' | 'v' | 'average';

/** Key of the record in a file's metadata. */
export const recordKey = 'pip-graft.training-state';

/** Returns the name of a parameter's tensor of a kind, such as `m/level1.gate`. */
export function tensorName(kind: TensorKind, name: string): string {
  return `${kind}/${name}`;
}

/** A JSON value. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a run was started with, to check that it continues with the same. */
export interface StateOrigin {
  /** Training options by name, as the run compares them. */
  readonly options: { readonly [name: string]: JsonValue };
  /** Digest of the host's file. */
  readonly host: string;
  /** Digest of the initial adapter. */
  readonly adapter: string;
}

/** An option that changed when a run continued. */
export interface StateChange {
  /** Steps done until then. */
  readonly step: number;
  readonly option: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** The best validation of a run. */
export interface BestStep {
  readonly step: number;
  /** Its figure; larger is better. */
  readonly figure: number;
}

/**
 * Everything that a run needs to continue as if it had not stopped, as plain data.
 *
 * Excludes random draws, which follow from the seed and the step (`Random.fork`).
 */
export interface TrainingState {
  /** Steps of the run that are done, including skipped ones. */
  readonly step: number;
  /** Seed of `Random`: a whole number or text. */
  readonly seed: number | string;
  readonly parameters: TensorMap;
  /** Its moments have the names of `parameters`; none before its first step. */
  readonly optimiser: AdamWState;
  /** Running means, with the names of `parameters`; empty if none are kept. */
  readonly average: ReadonlyMap<string, Float32Array>;
  /** Batch losses as measured, oldest first; NaN and infinite ones are kept as such. */
  readonly losses: readonly number[];
  /** Origin, with the current options. */
  readonly origin: StateOrigin;
  /** Changed options, oldest first. */
  readonly changes: readonly StateChange[];
  /** Null before the first validation. */
  readonly best: BestStep | null;
}
