import { GraftError } from '@pip-graft/onnx-graft';
import { Json } from '@pip-graft/pip-core';
import { isObject, type TensorMap } from '@pip-graft/weights';
import * as z from 'zod/mini';
import { type AdamWState, createAdamW } from '../optimise/adamw.ts';

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

/** Key of the digest of the record and all tensors. */
export const digestKey = 'pip-graft.digest';

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

/** Version of the record; a reader rejects others. */
const stateVersion = 1;

/** The parts of a training state besides tensors. */
export interface StateRecord
  extends Pick<TrainingState, 'step' | 'seed' | 'losses' | 'origin' | 'changes' | 'best'> {
  readonly optimiser: Pick<AdamWState, 'options' | 'step'>;
  /** Names of the parameters in order, which the tensors of a file do not keep. */
  readonly names: readonly string[];
  /** Whether the file contains means of the parameters. */
  readonly average: boolean;
}

/** Encodes a record as JSON. Errors: `LIMIT_EXCEEDED` for one too long for {@link decodeRecord}. */
export function encodeRecord(record: StateRecord): string {
  const { step, seed, names, average, losses, optimiser, origin, changes, best } = record;
  const { betas, eps, weightDecay } = optimiser.options;
  requireFewLosses(losses.length, 'The state');
  const text = JSON.stringify({
    version: stateVersion,
    step,
    seed,
    optimiser: {
      step: optimiser.step,
      betas: betas.map(encodeNumber),
      eps: encodeNumber(eps),
      weightDecay: encodeNumber(weightDecay),
    },
    average,
    origin: { options: origin.options, host: origin.host, adapter: origin.adapter },
    changes: changes.map(({ step, option, from, to }) => ({ step, option, from, to })),
    best: best && { step: best.step, figure: encodeNumber(best.figure) },
    names,
    losses: losses.map(encodeNumber),
  });
  requireShortRecord(text, 'The state');
  return text;
}

/** Errors: `LIMIT_EXCEEDED`. */
function requireFewLosses(count: number, label: string): void {
  if (count <= maxLosses) return;
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${label}: a training state keeps at most ${maxLosses} losses, not ${count}; drop the oldest.`,
  );
}

/** Errors: `LIMIT_EXCEEDED`. */
function requireShortRecord(text: string, label: string): void {
  if (text.length <= maxRecordCharacters) return;
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${label}: its training record has ${text.length} characters; at most ${maxRecordCharacters} are kept.`,
  );
}

/** Whether a value is a whole number of at least 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a value is a seed of `Random`. */
export function isSeed(value: unknown): value is number | string {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

const count = z.custom<number>(isCount, 'must be a whole number of at least 0');
const number = z.pipe(
  z.custom<unknown>((value) => decodeNumber(value) !== undefined, 'must be a number'),
  z.transform((value) => decodeNumber(value)!),
);
// The value comes from JSON.
const json = z.custom<JsonValue>((value) => value !== undefined, 'is missing');

// zod's record drops a member called __proto__.
const options = z.custom<StateOrigin['options']>(isObject, ': expected an object');

const format = z.object({
  version: z.number(),
  step: count,
  seed: z.custom<number | string>(isSeed, 'must be a whole number or text'),
  names: z.array(z.string()).check(
    z.refine((names) => new Set(names).size === names.length, {
      error: 'must hold names that differ',
    }),
  ),
  average: z.boolean(),
  // Up to two million of them, so read in one loop.
  losses: z.array(z.unknown()),
  optimiser: z.object({
    step: count,
    betas: z.tuple([number, number]),
    eps: number,
    weightDecay: number,
  }),
  origin: z.object({ options, host: z.string(), adapter: z.string() }),
  changes: z.array(z.object({ step: count, option: z.string(), from: json, to: json })),
  best: z.nullable(z.object({ step: count, figure: number })),
});

/**
 * Decodes a record from JSON and checks every field.
 *
 * Errors: `ADAPTER_INVALID` for text that is not JSON, a field that is missing or wrong, and another
 * version; `LIMIT_EXCEEDED`.
 */
export function decodeRecord(text: string, label: string): StateRecord {
  requireShortRecord(text, label);
  const place = `${label}: its training record`;
  const read = Json.parse(text, place, 'ADAPTER_INVALID');
  const version = read.version('version');
  if (version !== stateVersion) {
    throw new GraftError(
      'ADAPTER_INVALID',
      `${place}: it has version ${version}, but this version of PIP Graft reads ${stateVersion}; use the one that wrote it.`,
    );
  }
  const { optimiser, losses, ...record } = read.as(format);
  requireFewLosses(losses.length, label);
  const numbers = losses.map(decodeNumber);
  const wrong = numbers.indexOf(undefined);
  if (wrong >= 0) throw read.error(['losses', wrong], 'must be a number');
  const { step, ...settings } = optimiser;
  let options: StateRecord['optimiser']['options'];
  try {
    ({ options } = createAdamW(settings));
  } catch (error) {
    throw read.error(['optimiser'], `cannot be used (${(error as Error).message})`);
  }
  return { ...record, losses: numbers as number[], optimiser: { step, options } };
}
