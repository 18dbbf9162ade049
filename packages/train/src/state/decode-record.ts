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
import type { BestStep, JsonValue, StateChange, StateOrigin } from './training-state.ts';

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
  const { version, step, seed, names, average, losses, optimiser, origin, changes, best } = root;
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
    origin: readOrigin(origin) ?? fail("'origin' lacks options, or the texts of host and adapter"),
    changes: readChanges(changes) ?? fail("'changes' is not a list of steps, options and values"),
    best: best === null ? null : (readBest(best) ?? fail("'best' is not a step and a figure")),
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

function readOrigin(value: unknown): StateOrigin | undefined {
  if (!isObject(value)) return undefined;
  const { options, host, adapter } = value;
  if (!isObject(options) || typeof host !== 'string' || typeof adapter !== 'string')
    return undefined;
  // It came out of JSON.
  return { options: options as { readonly [name: string]: JsonValue }, host, adapter };
}

function readChanges(value: unknown): StateChange[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const changes = value.map((each: unknown): StateChange | undefined => {
    if (!isObject(each)) return undefined;
    const { step, option, from, to } = each;
    if (!isCount(step) || typeof option !== 'string') return undefined;
    if (from === undefined || to === undefined) return undefined;
    return { step, option, from: from as JsonValue, to: to as JsonValue };
  });
  return changes.every((change) => change !== undefined) ? changes : undefined;
}

function readBest(value: unknown): BestStep | undefined {
  if (!isObject(value)) return undefined;
  const figure = decodeNumber(value['figure']);
  const { step } = value;
  return isCount(step) && figure !== undefined ? { step, figure } : undefined;
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
