import { fileSource } from '@pip-graft/onnx-graft/node';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readCheckpoint } from './read-checkpoint.ts';

/** An open file: its tensors can be read until it is closed. */
export interface OpenCheckpoint extends Checkpoint {
  close(): void;
}

/**
 * Opens a checkpoint file. What kind it is, its first bytes tell, not its name.
 *
 * Errors: those of {@link readCheckpoint}; `NOT_FOUND`, `READ_FAILED`.
 *
 * @example
 * const checkpoint = await openCheckpoint('deraining.pth');
 * checkpoint.tensors.get('patch_embed.proj.weight')?.dims; // [48, 3, 3, 3]
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const source = fileSource(path);
  try {
    return { ...(await readCheckpoint(source)), close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}
