import { constants, type Stats } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { filePath, followLink } from './file-path.ts';
import { ioError } from './io-error.ts';
import { makeFolder, syncFolder, unmakeFolders } from './make-folder.ts';
import { sweepOnce } from './sweep-leftovers.ts';
import { temporaryPath } from './temporary-name.ts';
import { writeNew } from './write-new.ts';

/**
 * Writes a file beside its target and renames it; a failure or abort leaves the target unchanged.
 * Through a symbolic link it writes the link's target.
 *
 * @param write receives a function that appends bytes
 * @param durable whether to flush the bytes to disk before renaming: a power cut leaves the old or
 * the new file
 */
export async function writeAtomic(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  signal?: AbortSignal,
  { durable = false }: { readonly durable?: boolean } = {},
): Promise<void> {
  let temporary: string | undefined;
  let made: string[] = [];
  try {
    const target = followLink(path);
    const home = dirname(target);
    const before = await replaceable(target);
    made = await makeFolder(home);
    await sweepOnce(home, [basename(target)]);
    const staged = temporaryPath(target);
    await writeNew(staged, write, { signal, durable, mode: before?.mode });
    temporary = staged;
    await rename(filePath(staged), filePath(target));
    if (durable) await syncFolder(home);
  } catch (error) {
    if (temporary !== undefined) await rm(filePath(temporary) as string, { force: true });
    await unmakeFolders(made);
    if (signal?.aborted) throw error;
    throw ioError('write', path, error);
  }
}

/** State of a path, checked that its owner allows a rename over it. */
export async function replaceable(path: string): Promise<Stats | undefined> {
  const before = await stat(filePath(path)).catch(() => undefined);
  if (before === undefined) return undefined;
  // A rename would replace the name of a folder or device, not write to it.
  if (!before.isFile())
    throw Object.assign(new Error('it is not a regular file'), {
      code: before.isDirectory() ? 'EISDIR' : '',
    });
  // A rename would also silently replace a file that its owner made read-only.
  await access(filePath(path), constants.W_OK);
  return before;
}
