import { GraftError } from '@pip-graft/onnx-graft';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';
import type { Checkpoint, StoredTensor } from '../checkpoint/checkpoint.ts';
import { shownName } from '../checkpoint/shown-name.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { type ShardIndex, shardPath } from './shard-index.ts';

/**
 * Reads a checkpoint in several files as one: the tensors that the index at `path` lists.
 *
 * Errors: those of {@link readCheckpoint} and {@link shardPath}; `CORRUPT_FILE` for a tensor that is
 * not in its file.
 *
 * @param opened gets each file, which stays open for as long as its tensors are read
 */
export async function readShards(
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
