import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { readShards } from './read-shards.ts';
import { readShardIndex } from './shard-index.ts';

/** An open file: its tensors can be read until it is closed. */
export interface OpenCheckpoint extends Checkpoint {
  close(): void;
}

/**
 * Opens a checkpoint file. What kind it is, its first bytes tell, not its name. The index of a
 * checkpoint in several files opens them all.
 *
 * Errors: those of {@link readCheckpoint}; `NOT_FOUND`, `READ_FAILED`; `UNSAFE_FILE` for an index
 * that lists files outside its folder.
 *
 * @example
 * const checkpoint = await openCheckpoint('deraining.pth');
 * checkpoint.tensors.get('params.patch_embed.proj.weight')?.dims; // [48, 3, 3, 3]
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const source = fileSource(path);
  const opened: FileSource[] = [source];
  const close = (): void => {
    for (const file of opened.splice(0)) file.close();
  };
  try {
    const index = readShardIndex(source);
    const checkpoint = index ? await readShards(path, index, opened) : await readCheckpoint(source);
    return { ...checkpoint, close };
  } catch (error) {
    close();
    throw error;
  }
}
