import { resolve } from 'node:path';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { externalLocations } from '../model/external-tensors.ts';
import type { Model } from '../model/model.ts';
import type { ExternalReader } from '../model/read-tensor.ts';
import { placeFile } from './place-file.ts';
import { type ExternalMode, rehomeExternal } from './rehome-external.ts';
import { writeSource } from './write-source.ts';

export interface SaveOptions {
  /** Where the model's external data is, as {@link openModel} gives it; not needed without any. */
  readonly from?: {
    readonly folder: string;
    readonly external: ExternalReader;
    /** Which files there are: what the model was opened with. Looked up in the model when left out. */
    readonly locations?: ReadonlySet<string>;
    /** Asked when all is copied, and before the model takes its place. */
    readonly verify?: () => void;
  };
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
 * Errors: `WRITE_FAILED` (nothing changed), `INVALID_ARGUMENT` for external data that cannot be
 * referenced from the target's folder, `LIMIT_EXCEEDED` past protobuf's 2 GiB.
 *
 * @example
 * const opened = openModel('host.onnx');
 * await saveModel(opened.model, 'copy/host.onnx', { from: opened, externalData: 'link' });
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
    verify: options.from?.verify,
  });
}

async function placeExternal(model: Model, target: string, options: SaveOptions): Promise<Model> {
  const locations = options.from?.locations ?? externalLocations(model);
  if (locations.size === 0) return model;
  if (!options.from) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${target}: the model has external data, but where it is was not given.`,
    );
  }
  const from = { ...options.from, locations };
  const { model: placed, files } = rehomeExternal(
    model,
    from,
    target,
    options.externalData ?? 'copy',
  );
  for (const [file, to] of files)
    await placeFile(file, to, options.externalData === 'link' ? 'link' : 'copy');
  return placed;
}
