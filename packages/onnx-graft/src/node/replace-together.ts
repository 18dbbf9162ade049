import { chmod, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraftError } from '../error.ts';
import { filePath, ioError, syncFolder } from './file-path.ts';
import { newWrite, temporaryPath } from './temporary-name.ts';
import { replaceable } from './write-atomic.ts';

/** A file to write, and its target. */
export interface Staged {
  readonly from: string;
  readonly to: string;
}

/** Temporary paths for the files of one write, until they take their places. */
export function stageTogether(targets: readonly string[]): Staged[] {
  const write = newWrite();
  return targets.map((to) => ({ from: temporaryPath(to, write), to }));
}

/**
 * Moves files that belong together to their places, last first. Meanwhile the first is absent: a
 * reader finds no file rather than an old one with new data. On an error everything is restored. If
 * the process is killed, `sweepLeftovers` finishes the move: the first file is then called `new`,
 * which says that all are complete.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param files from {@link stageTogether}, all written
 */
export async function replaceTogether(files: readonly Staged[]): Promise<void> {
  const [first] = files;
  if (first === undefined) return;
  const whole = first.from.replace(/tmp$/, 'new');
  const old = (from: string): string => from.replace(/tmp$/, 'old');
  const aside: Staged[] = [];
  const placed: string[] = [];
  const homes = new Set(files.map(({ to }) => dirname(to)));
  const sync = async (): Promise<void> => {
    for (const home of homes) await syncFolder(home);
  };
  try {
    for (const { from, to } of files) {
      const before = await replaceable(to);
      if (before) await chmod(filePath(from), before.mode & 0o777);
    }
    await move(first.from, whole);
    await sync();
    for (const { from, to } of files) {
      if ((await replaceable(to)) === undefined) continue;
      await move(to, old(from));
      aside.push({ from: old(from), to });
    }
    for (const { from, to } of [...files].reverse()) {
      await move(from === first.from ? whole : from, to);
      placed.push(to);
    }
    await sync();
  } catch (error) {
    const left = await putBack(placed, aside);
    await remove(whole);
    if (left === undefined) throw ioError('write', first.to, error);
    throw new GraftError(
      'WRITE_FAILED',
      `${left.to}: could not be written, and what was there could not be put back; it is in ${left.from}, move it back.`,
      { cause: error },
    );
  }
  for (const { from } of aside) await remove(from);
}

/**
 * Restores what was there, each file on its own: one that fails must not keep the others away.
 * Returns the first that could not be restored.
 */
async function putBack(
  placed: readonly string[],
  aside: readonly Staged[],
): Promise<Staged | undefined> {
  for (const path of placed) await remove(path);
  let left: Staged | undefined;
  for (const moved of [...aside].reverse()) {
    await move(moved.from, moved.to).catch(() => {
      left ??= moved;
    });
  }
  return left;
}

function move(from: string, to: string): Promise<void> {
  return rename(filePath(from), filePath(to));
}

/** Never fails: what stays under a temporary name does no harm, and a later write removes it. */
async function remove(path: string): Promise<void> {
  await rm(filePath(path) as string, { force: true }).catch(() => {});
}
