import { lstatSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { GraftError } from '../error.ts';
import { filePath, ioError, realPath } from './file-path.ts';

/**
 * Path of an external data file, checked to stay inside the model's folder.
 *
 * A location is a relative path without `..`, and no part of it below the folder may be a symbolic
 * link: otherwise a model file could make its reader open any file of the user (onnx's checker
 * rejects the same). The exception is a model hub's cache, which is made of links: links that end
 * in the model's snapshot, or in the blobs beside it, are followed, and the path is their end.
 *
 * Errors: `UNSAFE_FILE`, `NOT_FOUND`, `CORRUPT_FILE` if it is shorter than `last.end`.
 */
export function checkExternalFile(
  model: string,
  folder: string,
  location: string,
  last?: { readonly end: number; readonly tensor: string },
): string {
  const parts = normalize(location).split(/[\\/]/);
  const unsafe = whyUnsafe(location);
  if (unsafe !== undefined) {
    throw new GraftError(
      'UNSAFE_FILE',
      `${model}: external data '${location}' ${unsafe}, so it is not read; export the model again with its data beside it.`,
    );
  }
  let hub: readonly string[] | undefined;
  let path = folder;
  let size = 0;
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(filePath(path));
    } catch (error) {
      const failure = ioError('read', path, error);
      const place = last ? `tensor '${last.tensor}' needs` : 'it needs';
      throw new GraftError(
        failure.code,
        `${model}: ${place} external data '${location}': ${failure.code === 'NOT_FOUND' ? `${path}: there is no such file; a model and its data must be copied or downloaded together.` : failure.message}`,
        { cause: error },
      );
    }
    if (stat.isSymbolicLink()) {
      hub ??= hubFolders(folder);
      const end = endOf(path);
      if (end === undefined || !isBelow(end, hub)) {
        throw new GraftError(
          'UNSAFE_FILE',
          `${model}: external data '${location}' is ${whyNotFollowed(path, end, hub)}`,
        );
      }
      path = end;
      stat = lstatSync(filePath(path));
    }
    if (index === parts.length - 1) {
      if (!stat.isFile())
        throw new GraftError(
          'UNSAFE_FILE',
          `${model}: external data '${location}' is not a regular file.`,
        );
      size = stat.size;
    }
  }
  if (last && last.end > size) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: tensor '${last.tensor}' of ${model} ends at byte ${last.end}, but the file has ${size}; ${size === 0 ? 'it is empty' : 'it is cut off'}, so copy or download it again.`,
    );
  }
  return path.endsWith(sep) ? path.slice(0, -1) : path;
}

/** Why a location could be another file than the model's; undefined if it cannot. */
function whyUnsafe(location: string): string | undefined {
  if (isAbsolute(location) || /^[a-z]:/i.test(location)) return 'is an absolute path';
  if (location.includes('\0')) return 'is not a path';
  // Even inside the folder: `a/../w.bin` is another file for one reader and none for the next.
  if (location.split(/[\\/]/).includes('..')) return "may point outside the model's folder";
  // A name for one system, a path for another: readers would not agree on the file.
  if (sep === '/' && location.includes('\\')) return 'is a path of Windows';
  return undefined;
}

/** Why a link is not followed, and what to do. */
function whyNotFollowed(path: string, end: string | undefined, hub: readonly string[]): string {
  const link = `behind a symbolic link (${path})`;
  if (end === undefined && hub.length > 0)
    return `${link} that leads nowhere: its file is gone from the cache; download the model again.`;
  if (end === undefined) return `${link} that leads nowhere; copy the file to its place.`;
  return `${link}, which leads to ${end}; links are followed only within a model hub's snapshot and its blobs. If you trust that file, copy it to the link's place.`;
}

/** Where a link ends; undefined if it leads nowhere. */
function endOf(path: string): string | undefined {
  try {
    return realPath(path);
  } catch {
    return undefined;
  }
}

/**
 * Folders that a model's links may lead into if it is in the cache of a model hub: its snapshot,
 * and the blobs that snapshots link to. The layout is huggingface_hub's,
 * `<repository>/snapshots/<revision>/…` beside `<repository>/blobs`. Empty anywhere else.
 *
 * @param folder the model's, absolute
 */
export function hubFolders(folder: string): readonly string[] {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (basename(dirname(at)) !== 'snapshots') continue;
    const repository = dirname(dirname(at));
    const blobs = join(repository, 'blobs');
    // If one of these were a link, a link inside could lead anywhere.
    if (![at, dirname(at), blobs].every(isFolder)) continue;
    return [at, blobs].map((path) => realPath(path));
  }
  return [];
}

/** Name, without owner, of the repository that a folder is a snapshot of; undefined for others. */
export function hubRepository(folder: string): string | undefined {
  const at = dirname(resolve(folder));
  if (basename(at) !== 'snapshots') return undefined;
  return /^models--.+--(.+)$/.exec(basename(dirname(at)))?.[1];
}

/** Whether a path without links is below one of the folders. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}${sep}`));
}

function isFolder(path: string): boolean {
  return lstatSync(filePath(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}
