import { existsSync } from 'node:fs';
import { GraftError } from '@pip-graft/onnx-graft';
import { readState, type StateOrigin, type TrainingState } from '@pip-graft/train';
import { compareOptions } from './compare-options.ts';

/**
 * The state that a run was saved in, where there is to be one and it is there; else a fresh one. What
 * changed of its options is added to its changes.
 *
 * Errors: `ADAPTER_MISMATCH`, naming the options, for a state of another run; those of `readState`.
 *
 * @param steps that the run has in all, to be no fewer than are done
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
    ...(state.origin.host === origin.host ? [] : ['--host (another file)']),
    ...(state.origin.adapter === origin.adapter ? [] : ['--adapter (another one)']),
    ...refused,
    ...(steps < state.step ? [`--steps (${steps}, and ${state.step} are done)`] : []),
  ];
  if (others.length > 0)
    throw new GraftError(
      'ADAPTER_MISMATCH',
      `${path}: the state is of a run that differs in ${others.join(', ')}; give what that run was started with, or leave --resume out to begin again.`,
    );
  return { ...state, origin, changes: [...state.changes, ...changes] };
}
