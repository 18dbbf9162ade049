import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { realPath } from '@pip-graft/graft/files';
import { formatOf, resultName } from '@pip-graft/restore';
import type { Picture } from './find-pictures.ts';

/** An image and the file for its result. */
export interface Job extends Picture {
  readonly output: string;
}

/**
 * Chooses the file of each result. Rejects, before anything runs, a folder that is a file, a format
 * that cannot be written, two images with one name, and a result over a source. An image that was
 * named twice is restored once.
 *
 * Errors: `WRITE_FAILED`, `INVALID_ARGUMENT`.
 */
export function placeResults(pictures: readonly Picture[], folder: string): Job[] {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new GraftError('WRITE_FAILED', `${folder}: it is a file; results go into a folder.`);
  }
  const sources = new Map(pictures.map(({ path }) => [real(path), path]));
  const jobs = new Map<string, Job>();
  for (const found of pictures) {
    const picture = { ...found, name: resultName(found.name) };
    const output = join(folder, picture.name);
    const target = real(output);
    const first = jobs.get(target);
    if (first !== undefined && real(first.path) !== real(picture.path)) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${picture.path} and ${first.path} would both be written to ${output}; restore them into different folders.`,
      );
    }
    const source = sources.get(target);
    if (source !== undefined) {
      const what = source === picture.path ? 'it' : source;
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${picture.path}: the result would replace ${what}; choose another folder than ${folder}.`,
      );
    }
    formatOf(output);
    if (first === undefined) jobs.set(target, { ...picture, output });
  }
  return [...jobs.values()];
}

/** Resolves links in the existing part of a path. */
function real(path: string): string {
  const full = resolve(path);
  try {
    return realPath(full);
  } catch {
    const parent = dirname(full);
    return parent === full ? full : join(real(parent), basename(full));
  }
}
