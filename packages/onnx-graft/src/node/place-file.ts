import { constants } from 'node:fs';
import { copyFile, link, lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '../error.ts';
import { digest } from './digest.ts';
import { fileSource } from './file-source.ts';
import { changed, fileState, isUnchanged } from './file-state.ts';
import { ioError } from './io-error.ts';
import { makeFolder } from './make-folder.ts';

let serial = 0;

/**
 * Puts a data file at another path, whole or not at all. A file of the same bytes
 * that already stands there is kept; one of other bytes is an error, never overwritten.
 */
export async function placeFile(from: string, to: string, mode: 'link' | 'copy'): Promise<void> {
  const temporary = join(dirname(to), `.${basename(to)}.${process.pid}-${serial++}.tmp`);
  try {
    const there = await lstat(to).catch(() => undefined);
    if (there) {
      if (there.isFile() && sameContent(from, to)) return;
      throw new GraftError(
        'WRITE_FAILED',
        `${to}: a different file with the name of the model's external data stands there; choose another folder, or put the data inside the model.`,
      );
    }
    await makeFolder(dirname(to));
    if (mode === 'link') await link(from, to);
    else {
      const before = fileState(from);
      await copyFile(from, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      if (before && !isUnchanged(before, fileState(from))) throw changed(from);
      await rename(temporary, to);
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw ioError('write', to, error);
  }
}

function sameContent(a: string, b: string): boolean {
  const left = fileSource(a);
  const right = fileSource(b);
  try {
    return left.size === right.size && digest(left) === digest(right);
  } finally {
    left.close();
    right.close();
  }
}
