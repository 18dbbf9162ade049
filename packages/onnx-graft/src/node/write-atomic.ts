import { constants, type Stats, writeSync } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ByteSource, chunks } from '../wire/source.ts';
import {
  filePath,
  followLink,
  ioError,
  makeFolder,
  syncFolder,
  unmakeFolders,
} from './file-path.ts';
import { sweepOnce } from './sweep-leftovers.ts';
import { temporaryPath } from './temporary-name.ts';

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

/** The event loop gets a turn after this much, so that an interrupt is seen. */
const yieldBytes = 16 * 1024 * 1024;
/** Bytes between syncs to disk, each while the next are written: the end waits for few. */
const syncBytes = 32 * 1024 * 1024;

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
  let syncing: Promise<void> | undefined;
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
        await syncing;
        syncing = file.datasync();
        // Reported where it is awaited, which may be after an error of another kind.
        syncing.catch(() => {});
      });
      signal?.throwIfAborted();
      await syncing;
      if (mode !== undefined) await file.chmod(mode & 0o777);
      if (durable) await file.sync();
    } finally {
      await syncing?.catch(() => {});
      await file.close();
    }
  } catch (error) {
    await rm(filePath(path) as string, { force: true }).catch(() => {});
    throw error;
  }
}

interface WriteSourceOptions extends Omit<WriteOptions, 'mode'> {
  /** Receives the bytes written so far. */
  readonly onChunk?: ((done: number) => void) | undefined;
  /** Throws if what was written must not take its place. */
  readonly verify?: (() => void) | undefined;
}

/** Writes the bytes of a source to a file, streamed, completely or not at all. */
export async function writeSource(
  path: string,
  source: ByteSource,
  options: WriteSourceOptions,
): Promise<void> {
  const { signal, durable = false } = options;
  await writeAtomic(path, (append) => appendSource(append, source, options), signal, { durable });
}

/** Writes the bytes of a source to a file that does not exist yet; see {@link writeNew}. */
export async function writeNewSource(
  path: string,
  source: ByteSource,
  options: WriteSourceOptions,
): Promise<void> {
  await writeNew(path, (append) => appendSource(append, source, options), options);
}

async function appendSource(
  append: (bytes: Uint8Array) => Promise<void>,
  source: ByteSource,
  { onChunk, verify }: WriteSourceOptions,
): Promise<void> {
  let done = 0;
  for (const chunk of chunks(source)) {
    await append(chunk);
    done += chunk.length;
    onChunk?.(done);
  }
  source.verify?.();
  verify?.();
}
