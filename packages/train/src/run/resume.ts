import { existsSync } from 'node:fs';
import { GraftError, own } from '@pip-graft/onnx-graft';
import { canonicalJson } from '@pip-graft/pip-core';
import { readState } from '../state/state-file.ts';
import type {
  JsonValue,
  StateChange,
  StateOrigin,
  TrainingState,
} from '../state/training-state.ts';
import type { RunOptions } from './run-options.ts';

/** Options that may change when a run continues. */
const free = new Set([
  ...['steps', 'rate', 'end-rate', 'warmup', 'prompt-rate', 'validate-every', 'patience'],
]);

/** Options that stages set. */
const schedule = ['stage', 'steps', 'batch', 'patch', 'rate', 'end-rate', 'warmup', 'loss'];

/** How the options of a run differ from those of its saved state. */
export interface Differences {
  /** Allowed differences; `step` is the state's. */
  readonly changes: readonly StateChange[];
  /** Differences that are not allowed, each as text. */
  readonly refused: readonly string[];
}

/**
 * Compares options by name. With several stages, now or before, all options of stages may differ.
 *
 * @example compareOptions({ steps: 8 }, { steps: 9 }, 8).changes // [{ step: 8, option: 'steps', from: 8, to: 9 }]
 */
export function compareOptions(before: RunOptions, now: RunOptions, step: number): Differences {
  const staged = 'stage' in before || 'stage' in now;
  const [old, fresh] = staged ? [gathered(before), gathered(now)] : [before, now];
  const changes: StateChange[] = [];
  const refused: string[] = [];
  for (const option of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    const [from, to] = [own(old, option) ?? null, own(fresh, option) ?? null];
    if (canonicalJson(from) === canonicalJson(to)) continue;
    if (free.has(option) || option === 'stage') changes.push({ step, option, from, to });
    else refused.push(spelled(option, from, to));
  }
  return { changes, refused };
}

/** Returns options with those of stages gathered in one. */
function gathered(options: RunOptions): RunOptions {
  const rest = Object.entries(options).filter(([name]) => !schedule.includes(name));
  const own = Object.entries(options).filter(([name]) => schedule.includes(name));
  return { ...Object.fromEntries(rest), stage: options['stage'] ?? [Object.fromEntries(own)] };
}

function spelled(option: string, from: JsonValue, to: JsonValue): string {
  if (option === 'data' || option === 'pairs') return `${option} (other images)`;
  return `${option} (${textOf(to)} instead of ${textOf(from)})`;
}

function textOf(value: JsonValue): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Returns the saved state of a run if `path` is given and exists; else a fresh one. Adds changed
 * options to its changes.
 *
 * Errors: `ADAPTER_MISMATCH`, naming the options, for a state of another run; those of `readState`.
 *
 * @param steps of the whole run; at least the number already done
 */
export function beginOrGoOn(
  path: string | undefined,
  origin: StateOrigin,
  steps: number,
  begin: () => TrainingState,
): TrainingState {
  if (path === undefined || !existsSync(path)) return begin();
  const state = readState(path);
  const { changes, refused } = compareOptions(state.origin.options, origin.options, state.step);
  const others = [
    ...(state.origin.host === origin.host ? [] : ['host (another file)']),
    ...(state.origin.adapter === origin.adapter ? [] : ['adapter (another one)']),
    ...refused,
    ...(steps < state.step ? [`steps (${steps}, and ${state.step} are done)`] : []),
  ];
  if (others.length > 0)
    throw new GraftError(
      'ADAPTER_MISMATCH',
      `${path}: the state is of a run that differs in ${others.join(', ')}; give what that run was started with, or begin again without resuming.`,
    );
  return { ...state, origin, changes: [...state.changes, ...changes] };
}
