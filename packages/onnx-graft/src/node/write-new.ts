import { constants, writeSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { filePath } from './file-path.ts';

/** The event loop gets a turn after this much, so that an interrupt is seen. */
const yieldBytes = 16 * 1024 * 1024;
/** Bytes between syncs to disk, which bounds the wait at the end of a write. */
const syncBytes = 64 * 1024 * 1024;

/** Options of {@link writeNew}. */
export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether the bytes are on disk on return: after a power cut the name has these or the old ones.
   */
  readonly durable?: boolean | undefined;
  readonly mode?: number | undefined;
}

/**
 * Writes a file that does not exist yet; a failure or abort leaves none.
 *
 * @param write receives a function that appends bytes
 */
export async function writeNew(
  path: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  { signal, durable = false, mode }: WriteOptions = {},
): Promise<void> {
  const file = await open(
    filePath(path),
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  );
  try {
    try {
      signal?.throwIfAborted();
      let written = 0;
      let unsynced = 0;
      await write(async (bytes) => {
        // Synchronous: passing each chunk to a thread takes longer than the write itself.
        for (let done = 0; done < bytes.length; ) done += writeSync(file.fd, bytes, done);
        written += bytes.length;
        unsynced += bytes.length;
        if (written < yieldBytes) return;
        written = 0;
        await setImmediate();
        signal?.throwIfAborted();
        if (!durable || unsynced < syncBytes) return;
        unsynced = 0;
        await file.datasync();
      });
      signal?.throwIfAborted();
      if (mode !== undefined) await file.chmod(mode & 0o777);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(filePath(path) as string, { force: true }).catch(() => {});
    throw error;
  }
}
