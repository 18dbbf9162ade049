import { constants, type Stats, writeSync } from 'node:fs';
import { access, chmod, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ioError } from './io-error.ts';
import { makeFolder } from './make-folder.ts';

let serial = 0;

/** After so much the event loop gets its turn, so that an interrupt is seen. */
const yieldBytes = 16 * 1024 * 1024;

/**
 * Writes a file beside its target and renames it over; on any failure or abort the target is as it was.
 *
 * @param write receives a function that appends bytes
 * @param durable whether the bytes are on the disk before the name is: a power cut leaves one of both files
 */
export async function writeAtomic(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  signal?: AbortSignal,
  { durable = false }: { readonly durable?: boolean } = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${serial++}.tmp`);
  let made = false;
  try {
    const before = await replaceable(path);
    await makeFolder(dirname(path));
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    made = true;
    try {
      signal?.throwIfAborted();
      let written = 0;
      await write(async (bytes) => {
        // Synchronous: handing each chunk to a thread takes longer than the write itself.
        for (let done = 0; done < bytes.length; ) done += writeSync(file.fd, bytes, done);
        written += bytes.length;
        if (written < yieldBytes) return;
        written = 0;
        await setImmediate();
        signal?.throwIfAborted();
      });
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    if (before) await chmod(temporary, before.mode & 0o777);
    await rename(temporary, path);
    if (durable) await syncFolder(dirname(path));
  } catch (error) {
    if (made) await rm(temporary, { force: true });
    if (signal?.aborted) throw error;
    throw ioError('write', path, error);
  }
}

/** The rename itself, where the system lets a folder be opened for it (Windows does not). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** What stands at a path, after making sure that a rename over it is what its owner would allow. */
export async function replaceable(path: string): Promise<Stats | undefined> {
  const before = await stat(path).catch(() => undefined);
  if (before === undefined) return undefined;
  // A rename would replace a folder's or device's name, not write to it.
  if (!before.isFile())
    throw Object.assign(new Error('it is not a regular file'), {
      code: before.isDirectory() ? 'EISDIR' : '',
    });
  // A rename would also silently replace a file that its owner made read-only.
  await access(path, constants.W_OK);
  return before;
}
