import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing.
 *
 * Not `mkdir` with `recursive`: where a parent exists and refuses new entries with ENOENT, as /proc
 * does, Node 20 tries for ever.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder) && folder !== dirname(folder); ) {
    missing.push(folder);
    folder = dirname(folder);
  }
  for (const folder of missing.reverse()) {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      // Somebody else made it meanwhile.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
