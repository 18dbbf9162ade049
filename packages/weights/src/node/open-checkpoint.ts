import { GraftError } from '@pip-graft/onnx-graft';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';
import { type Checkpoint, type StoredTensor, shownName } from '../checkpoint/checkpoint.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { readShardIndex, type ShardIndex, shardPath } from './shard-index.ts';

/** An open file; its tensors can be read until it is closed. */
export interface OpenCheckpoint extends Checkpoint {
  close(): void;
}

/**
 * Opens a checkpoint file. Its first bytes tell its format, not its name. The index of a checkpoint
 * in several files opens them all.
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

/**
 * Reads a checkpoint in several files as one: the tensors that the index at `path` lists.
 *
 * Errors: those of {@link readCheckpoint} and {@link shardPath}; `CORRUPT_FILE` for a tensor that
 * is missing from its file.
 *
 * @param opened receives each file, which must stay open as long as its tensors are read
 */
async function readShards(
  path: string,
  index: ShardIndex,
  opened: FileSource[],
): Promise<Checkpoint> {
  const tensors = new Map<string, StoredTensor>();
  let format: Checkpoint['format'] = 'safetensors';
  for (const [file, names] of index) {
    const source = fileSource(shardPath(path, file));
    opened.push(source);
    const shard = await readCheckpoint(source);
    format = shard.format;
    for (const name of names) {
      const tensor = shard.tensors.get(name);
      if (tensor === undefined) {
        throw new GraftError(
          'CORRUPT_FILE',
          `${path}: tensor '${shownName(name)}' is missing in '${shownName(file)}'; download the files again, all from one place.`,
        );
      }
      tensors.set(name, tensor);
    }
  }
  return { format, tensors, extra: {}, ignored: [] };
}
