import { fileSource } from '@pip-graft/onnx-graft/node';
import { loadState } from './decode-state.ts';
import type { TrainingState } from './training-state.ts';

/**
 * Reads a training state, exactly as it was written.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `CORRUPT_FILE`, `ADAPTER_INVALID`, `LIMIT_EXCEEDED` as {@link decodeState}.
 *
 * @example const state = readState('rain/training.safetensors');
 */
export function readState(path: string): TrainingState {
  const source = fileSource(path);
  try {
    return loadState(source);
  } finally {
    source.close();
  }
}
