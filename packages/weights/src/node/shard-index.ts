import { dirname, resolve } from 'node:path';
import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';
import { checkExternalFile, fileSource } from '@pip-graft/onnx-graft/node';
import { checkpointLimits, shownName } from '../checkpoint/checkpoint.ts';

/** An index has a name and a file for every tensor. */
const maxIndexBytes = 16 * 1024 * 1024;
const maxShards = 1000;

/** The tensors of each file, by the file's name in the index. */
export type ShardIndex = ReadonlyMap<string, readonly string[]>;

/**
 * The index of a checkpoint in several files, such as `model.safetensors.index.json`; undefined for
 * any other file. Errors: `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 */
export function readShardIndex(source: ByteSource): ShardIndex | undefined {
  const { label, size } = source;
  const head = new TextDecoder().decode(source.read(0, Math.min(size, 64)));
  if (!/^\s*\{[\s"]/.test(head) || size > maxIndexBytes) return undefined;
  const map = weightMap(new TextDecoder().decode(source.read(0, size)));
  if (map === undefined) return undefined;
  const shards = new Map<string, string[]>();
  const names = Object.entries(map);
  if (names.length === 0) throw new GraftError('CORRUPT_FILE', `${label}: it lists no tensors.`);
  for (const [name, file] of names) {
    if (typeof file !== 'string' || file === '') {
      throw new GraftError(
        'CORRUPT_FILE',
        `${label}: it has no file for tensor '${shownName(name)}'.`,
      );
    }
    const same = shards.get(file);
    if (same) same.push(name);
    else shards.set(file, [name]);
  }
  if (names.length > checkpointLimits.tensors || shards.size > maxShards) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: it lists ${names.length} tensors in ${shards.size} files; at most ${checkpointLimits.tensors} in ${maxShards} are read.`,
    );
  }
  return shards;
}

/**
 * Names of the files that a checkpoint's index lists, unchecked; empty for any other file.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; those of {@link readShardIndex}.
 */
export function shardNames(path: string): string[] {
  const source = fileSource(path);
  try {
    return [...(readShardIndex(source)?.keys() ?? [])];
  } finally {
    source.close();
  }
}

/**
 * The files of a checkpoint: itself, and those that its index lists.
 *
 * Errors: those of {@link shardNames} and {@link shardPath}.
 */
export function checkpointFiles(path: string): string[] {
  return [path, ...shardNames(path).map((file) => shardPath(path, file))];
}

/**
 * Path of a file that an index lists. Errors: `UNSAFE_FILE` for one outside the index's folder or
 * behind a link, as for external data of models; `NOT_FOUND`.
 */
export function shardPath(index: string, file: string): string {
  return checkExternalFile(index, dirname(resolve(index)), file);
}

function weightMap(text: string): Record<string, unknown> | undefined {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return undefined;
  }
  const map = (root as { weight_map?: unknown } | null)?.weight_map;
  return typeof map === 'object' && map !== null ? (map as Record<string, unknown>) : undefined;
}
