import { GraftError } from '@pip-graft/onnx-graft';
import { type AdamWState, createAdamW } from '../optimise/adamw.ts';
import { maxLosses, maxRecordCharacters } from './limits.ts';
import { decodeNumber, encodeNumber } from './numbers.ts';
import type { StateDigests, TrainingState } from './training-state.ts';

/** Version of the record; a reader refuses newer ones. */
export const stateVersion = 1;

/** What a training state has besides tensors. */
export interface StateRecord extends Pick<TrainingState, 'step' | 'seed' | 'losses' | 'digests'> {
  readonly optimiser: Pick<AdamWState, 'options' | 'step'>;
  /** Names of the parameters in their order, which the tensors of a file do not keep. */
  readonly names: readonly string[];
  /** Whether means of the parameters are in the file. */
  readonly average: boolean;
}

/** A record as JSON. */
export function encodeRecord({ optimiser, losses, ...rest }: StateRecord): string {
  return JSON.stringify({
    version: stateVersion,
    ...rest,
    optimiser: { step: optimiser.step, ...optimiser.options },
    losses: losses.map(encodeNumber),
  });
}

/**
 * A record out of its JSON, every field checked.
 *
 * Errors: `CORRUPT_FILE` for text that is not JSON; `ADAPTER_INVALID` for a field that is missing,
 * wrong or of a newer version; `LIMIT_EXCEEDED`.
 */
export function decodeRecord(text: string, label: string): StateRecord {
  const root = parse(text, label);
  const fail = (what: string): never => {
    throw new GraftError('ADAPTER_INVALID', `${label}: its training state is not sound: ${what}.`);
  };
  if (!isObject(root)) return fail('its record is not an object');
  if (root['version'] !== stateVersion) {
    return fail(
      `its version is ${JSON.stringify(root['version'])}, and this program reads ${stateVersion}`,
    );
  }
  const { step, seed, names, average, losses, optimiser, digests } = root;
  if (!isCount(step)) return fail("'step' is not a whole number of at least 0");
  if (!isSeed(seed)) return fail("'seed' is not a whole number or text");
  if (!isNames(names)) return fail("'names' is not a list of names that differ");
  if (typeof average !== 'boolean') return fail("'average' is not true or false");
  return {
    step,
    seed,
    names,
    average,
    losses: readLosses(losses, label) ?? fail("'losses' is not a list of numbers"),
    optimiser: readOptimiser(optimiser) ?? fail("'optimiser' lacks settings or has wrong ones"),
    digests: readDigests(digests) ?? fail("'digests' are not three texts"),
  };
}

function parse(text: string, label: string): unknown {
  if (text.length > maxRecordCharacters) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: its training record has ${text.length} characters; at most ${maxRecordCharacters} are read.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GraftError('CORRUPT_FILE', `${label}: its training record is not JSON.`, { cause });
  }
}

function readLosses(value: unknown, label: string): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  requireFewLosses(value.length, label);
  const losses = value.map(decodeNumber);
  return losses.every((loss) => loss !== undefined) ? losses : undefined;
}

/** Errors: `LIMIT_EXCEEDED`. */
export function requireFewLosses(count: number, label: string): void {
  if (count <= maxLosses) return;
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${label}: a training state keeps at most ${maxLosses} losses, not ${count}; leave out the oldest.`,
  );
}

function readOptimiser(value: unknown): StateRecord['optimiser'] | undefined {
  if (!isObject(value)) return undefined;
  const { step, betas, eps, weightDecay } = value;
  if (!isCount(step) || !Array.isArray(betas) || betas.length !== 2) return undefined;
  const [beta1, beta2] = betas as unknown[];
  const numbers = [beta1, beta2, eps, weightDecay];
  if (!numbers.every((number): number is number => typeof number === 'number')) return undefined;
  try {
    const { options } = createAdamW({
      betas: [numbers[0]!, numbers[1]!],
      eps: numbers[2]!,
      weightDecay: numbers[3]!,
    });
    return { step, options };
  } catch {
    return undefined;
  }
}

function readDigests(value: unknown): StateDigests | undefined {
  if (!isObject(value)) return undefined;
  const { options, host, adapter } = value;
  if (typeof options !== 'string' || typeof host !== 'string' || typeof adapter !== 'string')
    return undefined;
  return { options, host, adapter };
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isSeed(value: unknown): value is number | string {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function isNames(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string') &&
    new Set(value).size === value.length
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
