import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import {
  type FileSource,
  filePath,
  fileSource,
  hubFolders,
  ioError,
  isBelow,
  realPath,
} from '@pip-graft/onnx-graft/node';
import type { Adapter } from '../adapter/adapter.ts';
import { adapterParts } from '../adapter/adapter-text.ts';

/**
 * Opens a file of an adapter folder. In the cache of a model hub, which is made of links, the blobs
 * beside the snapshots count as inside the folder.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `UNSAFE_FILE` if a link leads out of the folder.
 */
export function openAdapterFile(folder: string, name: string): FileSource {
  const path = join(folder, name);
  let real: string;
  try {
    real = realPath(path);
    const allowed = [realPath(folder), ...hubFolders(resolve(folder))];
    if (!isBelow(real, allowed)) {
      throw new GraftError('UNSAFE_FILE', `${path}: it is a link out of its folder, to ${real}.`);
    }
  } catch (error) {
    throw ioError('read', path, error);
  }
  return fileSource(real);
}

/** Like {@link readAdapterText}; undefined if the file does not exist. */
export function adapterTextIfThere(
  folder: string,
  name: string,
  limit: number,
): string | undefined {
  try {
    return readAdapterText(folder, name, limit);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Reads a text file of an adapter folder.
 *
 * Errors: those of {@link openAdapterFile}; `LIMIT_EXCEEDED` for a larger file.
 */
export function readAdapterText(folder: string, name: string, limit: number): string {
  const source = openAdapterFile(folder, name);
  try {
    if (source.size > limit) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${join(folder, name)}: it has ${source.size} bytes; at most ${limit} are read.`,
      );
    }
    return new TextDecoder().decode(source.read(0, source.size));
  } finally {
    source.close();
  }
}

/** Errors: `NOT_FOUND`, `READ_FAILED`, also for a file. @param what such as `an adapter` */
export function requireFolder(folder: string, what: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(filePath(folder)).isDirectory();
  } catch (error) {
    throw ioError('read', folder, error);
  }
  if (!isFolder)
    throw new GraftError('READ_FAILED', `${folder}: ${what} is a folder, and this is a file.`);
}

/** Bytes of `adapter_config.json`: a thousand times a real one. */
export const maxConfigBytes = 1024 * 1024;

/** Bytes of an adapter's `package.json` to read for its name and version. */
export const maxPackageBytes = 1024 * 1024;

/** Folders above the working directory to search for `node_modules`. */
export const maxParents = 64;

/** Packages of one `node_modules` to search for adapters. */
export const maxPackages = 100_000;

/** Adds an adapter's digest: SHA-256 of canonical config and tensors, not of a file's encoding. */
export function withDigest(adapter: Adapter): Adapter {
  return { ...adapter, digest: sha256(...adapterParts(adapter)) };
}

/** `sha256:…` of texts and bytes, one after the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}
