import { closeSync, constants, existsSync, fsyncSync, openSync } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { filePath } from './file-path.ts';

/**
 * Makes a folder and its missing parents, and returns the folders it made, outermost first.
 *
 * Not `mkdir` with `recursive`: if a parent exists and rejects new entries with ENOENT, as /proc
 * does, Node 20 retries forever.
 */
export async function makeFolder(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !existsSync(filePath(folder)) && folder !== dirname(folder); ) {
    missing.push(folder);
    folder = dirname(folder);
  }
  const made: string[] = [];
  for (const folder of missing.reverse()) {
    try {
      await mkdir(filePath(folder));
      made.push(folder);
    } catch (error) {
      // Another process made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return made;
}

/** Removes those folders of {@link makeFolder} that are still empty. */
export async function unmakeFolders(made: readonly string[]): Promise<void> {
  for (const folder of [...made].reverse()) await rmdir(filePath(folder)).catch(() => {});
}

/** Flushes a folder's names to disk if the system can open a folder for that (Windows cannot). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(filePath(path), constants.O_RDONLY).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** Like {@link syncFolder}, at once. */
export function syncFolderNow(path: string): void {
  try {
    const folder = openSync(filePath(path), constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {}
}
