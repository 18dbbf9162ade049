import { constants, existsSync } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { filePath } from './file-path.ts';

/**
 * Makes a folder and those above it that are missing, and returns those that it made, the outermost first.
 *
 * Not `mkdir` with `recursive`: where a parent exists and refuses new entries with ENOENT, as /proc
 * does, Node 20 tries for ever.
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
      // Somebody else made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return made;
}

/** Removes folders that {@link makeFolder} made, those that are still empty. */
export async function unmakeFolders(made: readonly string[]): Promise<void> {
  for (const folder of [...made].reverse()) await rmdir(filePath(folder)).catch(() => {});
}

/** Puts a folder's names on the disk, where the system lets a folder be opened for it (Windows does not). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(filePath(path), constants.O_RDONLY).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
