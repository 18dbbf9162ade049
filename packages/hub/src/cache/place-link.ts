import { copyFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { ioError, makeFolder, temporaryPath } from '@pip-graft/onnx-graft/node';

/** Puts a file of a snapshot in its place: a link to its blob, or a copy where links are not allowed. Errors: `WRITE_FAILED`. */
export async function placeLink(blob: string, path: string): Promise<void> {
  const staged = temporaryPath(path);
  try {
    await makeFolder(dirname(path));
    try {
      await symlink(relative(dirname(path), blob), staged);
    } catch {
      // Windows lets only some people make links.
      await copyFile(blob, staged);
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {});
    throw ioError('write', path, error);
  }
}
