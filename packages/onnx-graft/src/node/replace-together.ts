import { chmod, rename, rm } from 'node:fs/promises';
import { ioError } from './io-error.ts';
import { replaceable } from './write-atomic.ts';

/** A file that is written, and where it shall stand. */
export interface Staged {
  readonly from: string;
  readonly to: string;
}

/**
 * Puts files that belong together in their places, the last first. While they change, the first is
 * absent: who looks then, or after a crash, finds no file rather than an old one with new data. On an
 * error everything that stood there is put back.
 *
 * Errors: `WRITE_FAILED`.
 */
export async function replaceTogether(files: readonly Staged[]): Promise<void> {
  const aside: Staged[] = [];
  const placed: string[] = [];
  try {
    for (const { from, to } of files) {
      const before = await replaceable(to);
      if (before === undefined) continue;
      await chmod(from, before.mode & 0o777);
      await rename(to, `${from}.old`);
      aside.push({ from: `${from}.old`, to });
    }
    for (const { from, to } of [...files].reverse()) {
      await rename(from, to);
      placed.push(to);
    }
  } catch (error) {
    for (const path of placed) await rm(path, { force: true });
    for (const { from, to } of aside.reverse()) await rename(from, to);
    throw ioError('write', files[0]!.to, error);
  }
  for (const { from } of aside) await rm(from, { force: true });
}
