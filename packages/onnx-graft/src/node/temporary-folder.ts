import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ioError } from './file-path.ts';
import { sweepOnce } from './sweep-leftovers.ts';
import { temporaryPath } from './temporary-name.ts';

/** A private temporary folder. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Creates a folder that only this user can read, in the system's temporary folder, and removes
 * those of killed runs. Errors: `WRITE_FAILED`.
 */
export async function temporaryFolder(parent = tmpdir()): Promise<TemporaryFolder> {
  await sweepOnce(parent);
  const path = temporaryPath(join(parent, 'pip-graft'));
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    throw ioError('write', path, error);
  });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
