import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as argument from '../argument.ts';
import {
  type ExternalizeOptions,
  externalizeWeights,
  inlineExternal,
} from '../edit/external-data.ts';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../model/read-model.ts';
import { externalLocations } from '../model/tensors.ts';
import { type ByteSource, chunks } from '../wire/source.ts';
import { filePath, followLink, ioError, makeFolder, unmakeFolders } from './file-path.ts';
import { fileSource } from './file-source.ts';
import { replaceTogether, stageTogether } from './replace-together.ts';
import { saveModel } from './save-model.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';
import { replaceable, writeNewSource } from './write-atomic.ts';

/** Options of {@link saveExternalized}. */
export interface SaveExternalizedOptions extends ExternalizeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** Result of {@link saveExternalized}. */
export interface SavedExternalized {
  /** The data file, `<model file>.data` beside the model; undefined without large weights. */
  readonly data: string | undefined;
}

/**
 * Writes a model with its large initializers and all its external data in one data file beside it,
 * `<model file>.data`. Both files are written under temporary names first and take their places
 * together: a failure leaves what was there unchanged. The model may have been opened from the same
 * path.
 *
 * Errors: `WRITE_FAILED` (nothing changed), also if a data file of that name exists and does not
 * belong to the model at the path; `NOT_FOUND` for missing external data; `LIMIT_EXCEEDED` over
 * protobuf's 2 GiB.
 *
 * @example
 * await saveExternalized(convertPrecision(model), 'restormer-float16.onnx');
 */
export async function saveExternalized(
  model: Model,
  path: string,
  options: SaveExternalizedOptions = {},
): Promise<SavedExternalized> {
  argument.requireModel(model, 'saveExternalized');
  argument.requirePath(path, 'saveExternalized');
  const { threshold, signal, onProgress } = options;
  const target = followLink(resolve(path));
  const location = `${basename(target)}.data`;
  const dataPath = join(dirname(target), location);
  const { model: outer, data } = externalizeWeights(inlineExternal(model), location, { threshold });
  if (data.size === 0) {
    await saveModel(outer, target, {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    return { data: undefined };
  }
  if (outer.source.size > limits.messageBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${path}: without its large weights it would still take ${outer.source.size} bytes; an .onnx file holds at most 2 GiB.`,
    );
  }
  await sweepLeftovers(dirname(target), [basename(target), location]);
  await checkTargets(target, dataPath, location, data);
  const files = stageTogether([target, dataPath]);
  const [staged, stagedData] = files.map(({ from }) => from) as [string, string];
  const total = data.size + outer.source.size;
  const durable = true;
  let made: string[] = [];
  try {
    made = await makeFolder(dirname(target));
    await writeNewSource(stagedData, data, {
      signal,
      durable,
      onChunk: onProgress && ((done) => onProgress(done, total)),
    });
    await writeNewSource(staged, outer.source, {
      signal,
      durable,
      onChunk: onProgress && ((done) => onProgress(data.size + done, total)),
    });
    await replaceTogether(files);
  } catch (error) {
    for (const { from } of files) await rm(filePath(from) as string, { force: true });
    await unmakeFolders(made);
    if (signal?.aborted) throw error;
    throw ioError('write', target, error);
  }
  return { data: dataPath };
}

async function checkTargets(
  target: string,
  dataPath: string,
  location: string,
  data: ByteSource,
): Promise<void> {
  try {
    await replaceable(target);
    await replaceable(dataPath);
  } catch (error) {
    throw ioError('write', target, error);
  }
  const there = lstatSync(filePath(dataPath), { throwIfNoEntry: false });
  if (!there || namesData(target, location) || (there.isFile() && sameBytes(dataPath, data)))
    return;
  throw new GraftError(
    'WRITE_FAILED',
    `${dataPath}: a data file with this name is there, and ${target} is not the model it belongs to; choose another name or folder.`,
  );
}

/** Whether the model at a path has external data at a location. */
function namesData(path: string, location: string): boolean {
  if (!lstatSync(filePath(path), { throwIfNoEntry: false })) return false;
  const source = fileSource(path);
  try {
    return externalLocations(readModel(source)).has(location);
  } catch {
    return false;
  } finally {
    source.close();
  }
}

function sameBytes(path: string, data: ByteSource): boolean {
  const file = fileSource(path);
  try {
    return file.size === data.size && digest(file) === digest(data);
  } finally {
    file.close();
  }
}

/** `sha256:` and the hex SHA-256 of a source's bytes, read in chunks. */
export function digest(source: ByteSource): string {
  const hash = createHash('sha256');
  for (const chunk of chunks(source)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
