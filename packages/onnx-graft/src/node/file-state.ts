import { type BigIntStats, statSync } from 'node:fs';
import { GraftError } from '../error.ts';
import { filePath } from './file-path.ts';

/** What tells that a file was written to: its times, to the nanosecond, and its size. */
export type FileState = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs' | 'nlink'>;

/** The state of the file that a path leads to; undefined when there is none. */
export function fileState(path: string): FileState | undefined {
  return statSync(filePath(path), { bigint: true, throwIfNoEntry: false });
}

/**
 * Whether a file holds what it held. Its second time moves even when the first is set back; it also
 * moves when a name of the file is made or taken away, as by a rename over it, which changes no byte.
 */
export function isUnchanged(before: FileState, now: FileState | undefined): boolean {
  if (now === undefined || before.dev !== now.dev || before.ino !== now.ino) return false;
  if (before.size !== now.size || before.mtimeNs !== now.mtimeNs) return false;
  return before.ctimeNs === now.ctimeNs || before.nlink !== now.nlink;
}

/** The error for a file that changed while it was read. */
export function changed(path: string): GraftError {
  return new GraftError(
    'READ_FAILED',
    `${path}: it changed while it was read, so what was made of it would be of two files; run again when nothing writes to it.`,
  );
}
