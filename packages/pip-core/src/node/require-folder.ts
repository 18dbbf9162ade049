import { statSync } from 'node:fs';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';

/** Errors: `NOT_FOUND`, `READ_FAILED`, also for a file. @param what as `an adapter` */
export function requireFolder(folder: string, what: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(folder).isDirectory();
  } catch (error) {
    throw ioError('read', folder, error);
  }
  if (!isFolder)
    throw new GraftError('READ_FAILED', `${folder}: ${what} is a folder, and this is a file.`);
}
