import { own } from '@pip-graft/onnx-graft';
import type { JsonValue, StateChange } from '@pip-graft/train';
import { canonical } from '../format/table.ts';
import type { RunOptions } from './run-options.ts';

/** What a run may go on with in another way. */
const free = new Set(['steps', 'rate', 'warmup', 'prompt-rate', 'validate-every', 'patience']);

/** What `--stage` says as a whole. */
const schedule = ['stage', 'steps', 'batch', 'patch', 'rate', 'warmup', 'loss'];

/** How the options of a run differ from those that its state was saved with. */
export interface Differences {
  /** Those that may; `step` is that of the state. */
  readonly changes: readonly StateChange[];
  /** Those that may not, each as text. */
  readonly refused: readonly string[];
}

/**
 * Compares options by name. With `--stage`, now or before, all that stages say may differ.
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
    if (canonical(from) === canonical(to)) continue;
    if (free.has(option) || option === 'stage') changes.push({ step, option, from, to });
    else refused.push(spelled(option, from, to));
  }
  return { changes, refused };
}

/** Options with all that stages say in one. */
function gathered(options: RunOptions): RunOptions {
  const rest = Object.entries(options).filter(([name]) => !schedule.includes(name));
  const own = Object.entries(options).filter(([name]) => schedule.includes(name));
  return { ...Object.fromEntries(rest), stage: options['stage'] ?? [Object.fromEntries(own)] };
}

function spelled(option: string, from: JsonValue, to: JsonValue): string {
  if (option === 'data' || option === 'pairs') return `--${option} (other images)`;
  return `--${option} (${textOf(to)} instead of ${textOf(from)})`;
}

function textOf(value: JsonValue): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
