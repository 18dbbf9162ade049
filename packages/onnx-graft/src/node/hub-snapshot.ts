import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';

/**
 * The folders that a model's links may lead into when it lies in the cache of a model hub: its own
 * snapshot, and the blobs that snapshots are links to. The layout is huggingface_hub's,
 * `<repository>/snapshots/<revision>/…` beside `<repository>/blobs`. Empty anywhere else.
 *
 * @param folder the model's, absolute
 */
export function hubFolders(folder: string): readonly string[] {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (basename(dirname(at)) !== 'snapshots') continue;
    const repository = dirname(dirname(at));
    const blobs = join(repository, 'blobs');
    // A link in place of one of these would let a link inside lead anywhere.
    if (![at, dirname(at), blobs].every(isFolder)) continue;
    return [at, blobs].map((path) => realpathSync(path));
  }
  return [];
}

/** The name, without its owner, of the repository that a folder is a snapshot of; undefined for any other folder. */
export function hubRepository(folder: string): string | undefined {
  const at = dirname(resolve(folder));
  if (basename(at) !== 'snapshots') return undefined;
  return /^models--.+--(.+)$/.exec(basename(dirname(at)))?.[1];
}

/** Whether a path without links is below one of some folders. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}${sep}`));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
