import { lstatSync } from 'node:fs';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { GraftError } from '../error.ts';
import { ioError } from './io-error.ts';

/**
 * The path of an external data file, after making sure that reading it stays inside the model's folder.
 *
 * A location is a relative path without `..`, and no part of it below the folder may be a symbolic
 * link: otherwise a model file could make its reader open any file of the user's (onnx's own checker
 * refuses the same).
 *
 * Errors: `UNSAFE_FILE`, `NOT_FOUND`, `CORRUPT_FILE` when it is shorter than `last.end`.
 */
export function checkExternalFile(
  model: string,
  folder: string,
  location: string,
  last?: { readonly end: number; readonly tensor: string },
): string {
  const parts = normalize(location).split(/[\\/]/);
  if (
    isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    location.includes('\0') ||
    // Inside, too: `a/../w.bin` is another file for one reader and none for the next.
    location.split(/[\\/]/).includes('..') ||
    // A name for one system, a path for another: readers would not agree on the file.
    (sep === '/' && location.includes('\\'))
  ) {
    throw new GraftError(
      'UNSAFE_FILE',
      `${model}: external data '${location}' points outside the model's folder; it is not read.`,
    );
  }
  let path = folder;
  let size = 0;
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(path);
    } catch (error) {
      const failure = ioError('read', path, error);
      const place = last ? `tensor '${last.tensor}' needs` : 'it needs';
      throw new GraftError(
        failure.code,
        `${model}: ${place} external data '${location}': ${failure.message}`,
        { cause: error },
      );
    }
    if (stat.isSymbolicLink()) {
      throw new GraftError(
        'UNSAFE_FILE',
        `${model}: external data '${location}' is behind a symbolic link (${path}); it is not read.`,
      );
    }
    if (index === parts.length - 1) {
      if (!stat.isFile())
        throw new GraftError(
          'UNSAFE_FILE',
          `${model}: external data '${location}' is not a regular file.`,
        );
      size = stat.size;
    }
  }
  if (last && last.end > size) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: tensor '${last.tensor}' of ${model} ends at byte ${last.end}, but the file has ${size}${size === 0 ? '' : '; it is cut off'}.`,
    );
  }
  return path.endsWith(sep) ? path.slice(0, -1) : path;
}
