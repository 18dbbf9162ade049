import { writeAtomic } from '@pip-graft/onnx-graft/node';
import { encodeState } from './encode-state.ts';
import type { TrainingState } from './training-state.ts';

/**
 * Writes a training state to one file, whole or not at all, also when the process is killed or the power
 * fails; a state that stood there stays until then.
 *
 * Errors: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` as {@link encodeState}; `WRITE_FAILED`.
 *
 * @example await writeState('rain/training.safetensors', state)
 */
export async function writeState(
  path: string,
  state: TrainingState,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = encodeState(state);
  await writeAtomic(path, (append) => append(bytes), signal, { durable: true });
}
