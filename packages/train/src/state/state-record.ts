import { GraftError } from '@pip-graft/onnx-graft';
import type { AdamWState } from '../optimise/adamw.ts';
import { maxLosses, maxRecordCharacters } from './limits.ts';
import { encodeNumber } from './numbers.ts';
import type { TrainingState } from './training-state.ts';

/** Version of the record; a reader refuses others. */
export const stateVersion = 1;

/** What a training state has besides tensors. */
export interface StateRecord
  extends Pick<TrainingState, 'step' | 'seed' | 'losses' | 'origin' | 'changes' | 'best'> {
  readonly optimiser: Pick<AdamWState, 'options' | 'step'>;
  /** Names of the parameters in their order, which the tensors of a file do not keep. */
  readonly names: readonly string[];
  /** Whether means of the parameters are in the file. */
  readonly average: boolean;
}

/** A record as JSON. Errors: `LIMIT_EXCEEDED` for one that {@link decodeRecord} would not read. */
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

/** Whether it counts something: a whole number of at least 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether `Random` takes it. */
export function isSeed(value: unknown): value is number | string {
  return typeof value === 'string' || Number.isSafeInteger(value);
}
