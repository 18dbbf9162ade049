import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { GraftError } from '../error.ts';
import type { ByteSource } from '../wire/source.ts';
import { ioError } from './io-error.ts';

/** A file read at need. It stays open, so a file replaced by rename keeps its old bytes here. */
export interface FileSource extends ByteSource {
  readonly path: string;
  /** Fills `out` with the bytes from `start` on, without allocating. */
  readInto(out: Uint8Array, start: number): void;
  close(): void;
}

/** Opens a regular file for reading. Errors: `NOT_FOUND`, `READ_FAILED`. */
export function fileSource(path: string): FileSource {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw ioError('read', path, error);
  }
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw new GraftError('READ_FAILED', `${path}: it is not a regular file.`);
  }
  const size = stat.size;
  const readInto = (out: Uint8Array, start: number): void => {
    for (let done = 0; done < out.length; ) {
      const got = readSync(descriptor, out, done, out.length - done, start + done);
      if (got === 0)
        throw new GraftError(
          'CORRUPT_FILE',
          `${path}: byte ${start + done}: the file became shorter while it was read.`,
        );
      done += got;
    }
  };
  return {
    label: path,
    path,
    size,
    readInto,
    read(start, end) {
      if (start < 0 || end < start || end > size) {
        throw new GraftError(
          'CORRUPT_FILE',
          `${path}: bytes ${start} to ${end} were needed, but it has ${size}; the file is cut off.`,
        );
      }
      const out = Buffer.allocUnsafeSlow(end - start);
      readInto(out, start);
      return out;
    },
    close: () => closeSync(descriptor),
  };
}
