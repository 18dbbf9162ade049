import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { filePath, pathText } from './file-path.ts';
import { ioError } from './io-error.ts';

/** As many as Linux follows. */
const mostLinks = 40;

/**
 * The path that is written to when a path is a symbolic link, also one that leads to nothing yet: a
 * rename would replace the link itself. Any other path is returned as it is.
 *
 * Errors: `WRITE_FAILED` for links in a circle.
 */
export function followLink(path: string): string {
  let at = path;
  for (let links = 0; isLink(at); links++) {
    if (links === mostLinks)
      throw ioError('write', path, Object.assign(new Error(), { code: 'ELOOP' }));
    const to = pathText(readlinkSync(filePath(at), { encoding: 'buffer' }));
    at = resolve(dirname(at), to);
  }
  return at;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(filePath(path)).isSymbolicLink();
  } catch {
    return false;
  }
}
