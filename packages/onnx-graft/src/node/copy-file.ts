import { constants } from 'node:fs';
import { copyFile, link, lstat, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { GraftError } from '../error.ts';
import { chunks } from '../wire/source.ts';
import { filePath } from './file-path.ts';
import { changed, fileSource, fileState, isUnchanged } from './file-source.ts';
import { writeNewSource } from './write-atomic.ts';

/** The event loop gets a turn after this much, so that an interrupt is seen. */
const yieldBytes = 16 * 1024 * 1024;

/**
 * Whether a data file is already in its place. A different file there is an error, never
 * overwritten.
 *
 * Errors: `WRITE_FAILED`.
 */
export async function isPlaced(from: string, to: string, signal?: AbortSignal): Promise<boolean> {
  const there = await lstat(filePath(to)).catch(() => undefined);
  if (!there) return false;
  if (there.isFile() && (await sameContent(from, to, signal))) return true;
  throw new GraftError(
    'WRITE_FAILED',
    `${to}: a different file with the name of the model's external data is there; choose another folder, or put the data inside the model.`,
  );
}

/** Copies or links a file to a path where there is none; a failure or abort leaves none there. */
export async function copyFileTo(
  from: string,
  to: string,
  mode: 'link' | 'copy',
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Receives the bytes written so far. */
    readonly onChunk?: ((done: number) => void) | undefined;
    readonly durable?: boolean | undefined;
  } = {},
): Promise<void> {
  if (mode === 'link') return link(filePath(from), filePath(to));
  const before = fileState(from);
  if (!(await cloned(from, to, options.durable ?? false))) {
    const source = fileSource(from);
    try {
      await writeNewSource(to, source, options);
    } finally {
      source.close();
    }
  }
  if (before && !isUnchanged(before, fileState(from))) throw changed(from);
}

/** Clones a file by sharing its blocks if the file system can: no byte is copied. */
async function cloned(from: string, to: string, durable: boolean): Promise<boolean> {
  try {
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
    await copyFile(filePath(from), filePath(to), COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    return false;
  }
  if (!durable) return true;
  const file = await open(filePath(to), 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return true;
}

async function sameContent(a: string, b: string, signal?: AbortSignal): Promise<boolean> {
  const left = fileSource(a);
  const right = fileSource(b);
  try {
    if (left.size !== right.size) return false;
    let at = 0;
    for (const chunk of chunks(left)) {
      if (Buffer.compare(chunk, right.read(at, at + chunk.length)) !== 0) return false;
      at += chunk.length;
      if (at % yieldBytes >= chunk.length) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
    return true;
  } finally {
    left.close();
    right.close();
  }
}
