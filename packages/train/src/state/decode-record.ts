import { GraftError } from '@pip-graft/onnx-graft';
import { createAdamW } from '../optimise/adamw.ts';
import { decodeNumber } from './numbers.ts';
import {
  isCount,
  isSeed,
  requireFewLosses,
  requireShortRecord,
  type StateRecord,
  stateVersion,
} from './state-record.ts';
import type { StateDigests } from './training-state.ts';

/**
 * A record out of its JSON, every field checked.
 *
 * Errors: `CORRUPT_FILE` for text that is not JSON; `ADAPTER_INVALID` for a field that is missing,
 * wrong or of another version; `LIMIT_EXCEEDED`.
 */
export function decodeRecord(text: string, label: string): StateRecord {
  const root = parse(text, label);
  const fail = (what: string): never => {
    throw new GraftError('ADAPTER_INVALID', `${label}: its training record is not sound: ${what}.`);
  };
  if (!isObject(root)) return fail('it is not an object');
  const { version, step, seed, names, average, losses, optimiser, digests } = root;
  if (version !== stateVersion) {
    return fail(
      `this program reads version ${stateVersion}, not ${JSON.stringify(version)}; use the one that wrote it`,
    );
  }
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
    digests: readDigests(digests) ?? fail("'digests' are not the texts of options, host, adapter"),
  };
}

function parse(text: string, label: string): unknown {
  requireShortRecord(text, label);
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

function readOptimiser(value: unknown): StateRecord['optimiser'] | undefined {
  if (!isObject(value)) return undefined;
  const { step, betas } = value;
  if (!isCount(step) || !Array.isArray(betas) || betas.length !== 2) return undefined;
  const [beta1, beta2] = betas.map(decodeNumber);
  const eps = decodeNumber(value['eps']);
  const weightDecay = decodeNumber(value['weightDecay']);
  if (beta1 === undefined || beta2 === undefined) return undefined;
  if (eps === undefined || weightDecay === undefined) return undefined;
  try {
    return { step, options: createAdamW({ betas: [beta1, beta2], eps, weightDecay }).options };
  } catch {
    return undefined;
  }
}

function readDigests(value: unknown): StateDigests | undefined {
  if (!isObject(value)) return undefined;
  const { options, host, adapter } = value;
  if (typeof options !== 'string' || typeof host !== 'string') return undefined;
  return typeof adapter === 'string' ? { options, host, adapter } : undefined;
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
