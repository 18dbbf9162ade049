import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ioError } from '@pip-graft/onnx-graft/node';

/** A private temporary folder. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Creates a folder that only this user can read, in the system's temporary folder. Errors: `WRITE_FAILED`. */
export async function temporaryFolder(parent = tmpdir()): Promise<TemporaryFolder> {
  const wanted = join(parent, 'pip-graft-');
  const path = await mkdtemp(wanted).catch((error: unknown) => {
    throw ioError('write', wanted, error);
  });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
