import { existsSync } from 'node:fs';
import { GraftError } from '@pip-graft/onnx-graft';
import { readState, type StateDigests, type TrainingState } from '@pip-graft/train';

/**
 * The state that a run was saved in, where there is to be one and it is there; else a fresh one.
 *
 * Errors: `ADAPTER_MISMATCH` for a state of another run; those of `readState`.
 */
export function beginOrGoOn(
  path: string | undefined,
  digests: StateDigests,
  begin: () => TrainingState,
): TrainingState {
  if (path === undefined || !existsSync(path)) return begin();
  const state = readState(path);
  const other = (['host', 'adapter', 'options'] as const).find(
    (key) => state.digests[key] !== digests[key],
  );
  if (other === undefined) return state;
  const what = {
    host: 'of another host',
    adapter: 'of a run that began with another adapter',
    options: 'of a run with other options or photos',
  }[other];
  throw new GraftError(
    'ADAPTER_MISMATCH',
    `${path}: the state is ${what}; give what that run was started with, or leave --resume out to begin anew.`,
  );
}
