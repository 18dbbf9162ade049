import { resolve } from 'node:path';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { Model } from '../model/model.ts';
import { placeFile } from './place-file.ts';
import { type ExternalMode, rehomeExternal } from './rehome-external.ts';
import { writeSource } from './write-source.ts';

export interface SaveOptions {
  /**
   * `reference` keeps the data where it is (it must be in the target's folder or below),
   * `link` makes hard links beside the target, `copy` copies, `inline` puts it into the file.
   * In the same folder all but `inline` leave the data alone. Default: `copy`.
   */
  readonly externalData?: ExternalMode;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes a model to a file: streamed, to a temporary file that is renamed when it is whole.
 *
 * Errors: `WRITE_FAILED` (nothing changed), `NOT_FOUND` for external data that is not at hand, `INVALID_ARGUMENT` for data that cannot be
 * referenced from the target's folder, `LIMIT_EXCEEDED` past protobuf's 2 GiB.
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
  const target = resolve(path);
  const placed = await placeExternal(model, target, options);
  const { source } = placed;
  if (source.size > limits.messageBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${path}: it would take ${source.size} bytes; an .onnx file holds at most 2 GiB.`,
    );
  }
  const { onProgress, signal } = options;
  await writeSource(target, source, {
    signal,
    onChunk: onProgress && ((done) => onProgress(done, source.size)),
    // Asked when all is copied, and before the model takes its place.
    verify: model.external?.verify,
  });
}

async function placeExternal(model: Model, target: string, options: SaveOptions): Promise<Model> {
  const { model: placed, files } = rehomeExternal(model, target, options.externalData ?? 'copy');
  for (const [file, to] of files)
    await placeFile(file, to, options.externalData === 'link' ? 'link' : 'copy');
  return placed;
}
