import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import * as argument from '../argument.ts';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { Model } from '../model/model.ts';
import type { ByteSource } from '../wire/source.ts';
import { copyFileTo, isPlaced } from './copy-file.ts';
import { filePath, followLink, ioError, makeFolder, unmakeFolders } from './file-path.ts';
import { type ExternalMode, rehomeExternal } from './rehome-external.ts';
import { replaceTogether, type Staged, stageTogether } from './replace-together.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';
import { replaceable, writeNewSource, writeSource } from './write-atomic.ts';

export interface SaveOptions {
  /**
   * `reference` keeps the data where it is (it must be in the target's folder or below), `link`
   * makes hard links beside the target, `copy` copies, `inline` puts it into the file. In the same
   * folder, all but `inline` leave the data alone. Default: `copy`.
   */
  readonly externalData?: ExternalMode;
  /**
   * Whether to flush the bytes to disk before renaming, so that a power cut leaves a complete file.
   * Default: true.
   */
  readonly durable?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes a model to a file: streamed to a temporary file, which is renamed when complete. Copies of
 * its data take their places with it. Through a symbolic link it writes the link's target, with the
 * data beside that.
 *
 * Errors: `WRITE_FAILED` (nothing changed), `NOT_FOUND` for missing external data,
 * `INVALID_ARGUMENT` for data that cannot be referenced from the target's folder, `LIMIT_EXCEEDED`
 * over protobuf's 2 GiB.
 *
 * @example
 * const { model } = openModel('host.onnx');
 * await saveModel(model, 'copy/host.onnx', { externalData: 'link' });
 */
export async function saveModel(
  model: Model,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  argument.requireKind(model, { member: 'source', place: 'saveModel', takes: 'a model' });
  argument.requirePath(path, 'saveModel');
  const target = followLink(resolve(path));
  const { model: placed, files } = rehomeExternal(model, target, options.externalData ?? 'copy');
  const { source } = placed;
  if (source.size > limits.messageBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${path}: it would take ${source.size} bytes; an .onnx file holds at most 2 GiB.`,
    );
  }
  const { onProgress, signal, durable = true } = options;
  // Verified once all is copied, before the model takes its place.
  const verify = model.external?.verify;
  if (files.size > 0) return saveWithData(source, target, files, { ...options, durable, verify });
  await writeSource(target, source, {
    signal,
    durable,
    verify,
    onChunk: onProgress && ((done) => onProgress(done, source.size)),
  });
}

/** Writes a model and copies of its data files; all take their places together at the end. */
async function saveWithData(
  source: ByteSource,
  target: string,
  files: ReadonlyMap<string, string>,
  {
    onProgress,
    signal,
    verify,
    durable,
    externalData,
  }: SaveOptions & {
    readonly verify: (() => void) | undefined;
  },
): Promise<void> {
  const mode = externalData === 'link' ? 'link' : 'copy';
  const made: string[] = [];
  const below = [...files.values()].map((to) => relative(dirname(target), to));
  let staged: Staged[] = [];
  try {
    await replaceable(target);
    for (const to of [target, ...files.values()]) made.push(...(await makeFolder(dirname(to))));
    await sweepLeftovers(dirname(target), [basename(target), ...below]);
    const missing: [string, string][] = [];
    for (const file of files) if (!(await isPlaced(...file, signal))) missing.push(file);
    staged = stageTogether([target, ...missing.map(([, to]) => to)]);
    const sizes = missing.map(([file]) => statSync(filePath(file)).size);
    const total = sizes.reduce((sum, size) => sum + size, source.size);
    let before = 0;
    const onChunk = onProgress && ((done: number) => onProgress(before + done, total));
    for (const [index, [file]] of missing.entries()) {
      await copyFileTo(file, staged[index + 1]!.from, mode, { signal, onChunk, durable });
      before += sizes[index]!;
    }
    await writeNewSource(staged[0]!.from, source, {
      signal,
      durable,
      onChunk,
      verify,
    });
    await replaceTogether(staged);
  } catch (error) {
    for (const { from } of staged) await rm(filePath(from) as string, { force: true });
    await unmakeFolders(made);
    if (signal?.aborted) throw error;
    throw ioError('write', target, error);
  }
}
