import { readFileSync, statSync } from 'node:fs';
import { copyFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ioError, makeFolder, temporaryPath, writeAtomic } from '@pip-graft/onnx-graft/node';
import { type HubName, isCommit } from '../hub-name.ts';

/**
 * Folder of a repository in the cache. The layout is that of the hub's tools, which share it:
 * `refs/REVISION` holds a commit, `snapshots/COMMIT/PATH` is a link to `blobs/DIGEST`.
 */
export function repositoryFolder(cache: string, { repository }: HubName): string {
  return join(cache, `models--${repository.replace('/', '--')}`);
}

export function snapshotFolder(repository: string, commit: string): string {
  return join(repository, 'snapshots', commit);
}

/** Whether a snapshot has all the given files. */
export function hasFiles(snapshot: string, paths: readonly string[]): boolean {
  return paths.every((path) => isFile(join(snapshot, path)));
}

/** The commit of a revision when it was last looked up; undefined if it never was. */
export function cachedCommit(repository: string, revision: string): string | undefined {
  if (isCommit(revision)) return revision;
  try {
    const commit = readFileSync(join(repository, 'refs', revision), 'utf8').trim();
    return isCommit(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}

/** Records the commit of a revision. Errors: `WRITE_FAILED`. */
export async function keepCommit(
  repository: string,
  revision: string,
  commit: string,
): Promise<void> {
  if (cachedCommit(repository, revision) === commit) return;
  const bytes = new TextEncoder().encode(commit);
  await writeAtomic(join(repository, 'refs', revision), (append) => append(bytes));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Puts a file in a snapshot: a link to its blob, or else a copy. Errors: `WRITE_FAILED`. */
export async function placeLink(blob: string, path: string): Promise<void> {
  const staged = temporaryPath(path);
  try {
    await makeFolder(dirname(path));
    try {
      await symlink(relative(dirname(path), blob), staged);
    } catch {
      // On Windows only some users may create links.
      await copyFile(blob, staged);
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {});
    throw ioError('write', path, error);
  }
}
