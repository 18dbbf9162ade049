import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { filePath } from '@pip-graft/graft/files';

/**
 * Whether names in a folder that differ only by case are one file there, as on macOS and Windows.
 * Asks for its nearest existing parent under another case, and writes nothing.
 */
export function foldsCase(folder: string): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const own = statOf(path);
    const name = basename(path);
    const other = name === name.toLowerCase() ? name.toUpperCase() : name.toLowerCase();
    if (own !== undefined && other !== name) {
      const same = statOf(join(dirname(path), other));
      return same !== undefined && same.dev === own.dev && same.ino === own.ino;
    }
    if (path === dirname(path)) return false;
  }
}

function statOf(path: string) {
  return statSync(filePath(path), { throwIfNoEntry: false });
}
