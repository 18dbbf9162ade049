import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

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
    return [at, blobs].map((path) => realpathSync(path));
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
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
