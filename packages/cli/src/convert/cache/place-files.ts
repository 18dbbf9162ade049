import { constants } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ioError, makeFolder } from '@pip-graft/onnx-graft/node';
import type { MadeFile } from '../job/job.ts';
import { hasDigest } from './cache.ts';

/**
 * Puts a job's files in their place, where they do not stand already: the data first, and the model,
 * which makes them count, last. Copies, so that nothing done to an output reaches the cache.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param output the path of the model
 * @returns whether anything was written
 */
export async function placeFiles(
  from: string,
  files: readonly MadeFile[],
  output: string,
): Promise<boolean> {
  const folder = dirname(output);
  let wrote = false;
  for (const { name, digest } of [...files].reverse()) {
    const target = join(folder, name);
    const temporary = join(folder, `.${name}.${process.pid}.tmp`);
    try {
      if (hasDigest(target, digest)) continue;
      await makeFolder(folder);
      await rm(temporary, { force: true });
      const mode = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
      await copyFile(join(from, name), temporary, mode);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw ioError('write', target, error);
    }
    wrote = true;
  }
  return wrote;
}
