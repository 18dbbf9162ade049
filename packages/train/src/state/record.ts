import { GraftError } from '@pip-graft/onnx-graft';
import { Json } from '@pip-graft/pip-core';
import * as z from 'zod/mini';
import { type AdamWState, createAdamW } from '../optimise/adamw.ts';
import {
  decodeNumber,
  encodeNumber,
  type JsonValue,
  maxLosses,
  maxRecordCharacters,
  type StateOrigin,
  type TrainingState,
} from './training-state.ts';

/** Version of the record; a reader rejects others. */
export const stateVersion = 1;

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
export function requireFewLosses(count: number, label: string): void {
  if (count <= maxLosses) return;
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${label}: a training state keeps at most ${maxLosses} losses, not ${count}; leave out the oldest.`,
  );
}

/** Errors: `LIMIT_EXCEEDED`. */
export function requireShortRecord(text: string, label: string): void {
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

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
