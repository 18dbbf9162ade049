import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { externalLocations } from '../model/external-tensors.ts';
import type { Model } from '../model/model.ts';
import type { ExternalReader } from '../model/read-tensor.ts';
import type { ByteSource } from '../wire/source.ts';
import { copyFileTo, isPlaced } from './copy-file.ts';
import { filePath } from './file-path.ts';
import { followLink } from './follow-link.ts';
import { ioError } from './io-error.ts';
import { makeFolder, unmakeFolders } from './make-folder.ts';
import { type ExternalMode, rehomeExternal } from './rehome-external.ts';
import { replaceTogether, type Staged, stageTogether } from './replace-together.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';
import { replaceable } from './write-atomic.ts';
import { writeNewSource, writeSource } from './write-source.ts';

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
  /** Whether the bytes are on the disk before the name is, so that a power cut leaves a whole file. Default: true. */
  readonly durable?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes a model to a file: streamed, to a temporary file that is renamed when it is whole. Copies of
 * its data take their places with it. Through a symbolic link it writes the file that the link leads
 * to, with the data beside that.
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
  const target = followLink(resolve(path));
  const { model: placed, files } = placeExternal(model, target, options);
  const { source } = placed;
  if (source.size > limits.messageBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${path}: it would take ${source.size} bytes; an .onnx file holds at most 2 GiB.`,
    );
  }
  const { onProgress, signal, from, durable = true } = options;
  if (files.size > 0) return saveWithData(source, target, files, { ...options, durable });
  await writeSource(target, source, {
    ...{ signal, durable, verify: from?.verify },
    onChunk: onProgress && ((done) => onProgress(done, source.size)),
  });
}

/** A model and copies of its data files: all are written first, and take their places together. */
async function saveWithData(
  source: ByteSource,
  target: string,
  files: ReadonlyMap<string, string>,
  { onProgress, signal, from, durable, externalData }: SaveOptions,
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
    const sizes = missing.map(([file]) => statSync(file).size);
    const total = sizes.reduce((sum, size) => sum + size, source.size);
    let before = 0;
    const onChunk = onProgress && ((done: number) => onProgress(before + done, total));
    for (const [index, [file]] of missing.entries()) {
      await copyFileTo(file, staged[index + 1]!.from, mode, { signal, onChunk, durable });
      before += sizes[index]!;
    }
    await writeNewSource(staged[0]!.from, source, {
      ...{ signal, durable, onChunk, verify: from?.verify },
    });
    await replaceTogether(staged);
  } catch (error) {
    for (const { from } of staged) await rm(filePath(from) as string, { force: true });
    await unmakeFolders(made);
    if (signal?.aborted) throw error;
    throw ioError('write', target, error);
  }
}

function placeExternal(
  model: Model,
  target: string,
  options: SaveOptions,
): { readonly model: Model; readonly files: ReadonlyMap<string, string> } {
  const locations = options.from?.locations ?? externalLocations(model);
  if (locations.size === 0) return { model, files: new Map() };
  if (!options.from) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${target}: the model has external data, but where it is was not given.`,
    );
  }
  const from = { ...options.from, locations };
  return rehomeExternal(model, from, target, options.externalData ?? 'copy');
}
