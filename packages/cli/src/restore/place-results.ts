import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { filePath, realPath } from '@pip-graft/graft/files';
import { formatOf, imageExtensions, resultName } from '@pip-graft/restore';
import { checkResultsFolder } from '../options/check-output.ts';
import type { FoundImage } from './find-images.ts';
import { foldsCase } from './folds-case.ts';

/** An image and the file for its result. */
export interface Job extends FoundImage {
  readonly output: string;
}

/**
 * Chooses the file of each result. Rejects, before anything runs, a folder that is a file or named like one, a format
 * or folder that cannot be written, two images with one name, and a result over a source. An image that was
 * named twice is restored once.
 *
 * Errors: `WRITE_FAILED`, `INVALID_ARGUMENT`.
 */
export function placeResults(
  images: readonly FoundImage[],
  folder: string,
  folds = foldsCase,
): Job[] {
  if (existsSync(filePath(folder)) && !statSync(filePath(folder)).isDirectory()) {
    throw new GraftError('WRITE_FAILED', `${folder}: it is a file; results go into a folder.`);
  }
  requireFolderName(folder);
  checkResultsFolder(folder);
  const sources = new Map(images.map(({ path }) => [real(path), path]));
  const jobs = new Map<string, Job>();
  const isFolding = folds(folder);
  const keyOf = (path: string): string => (isFolding ? path.normalize('NFC').toLowerCase() : path);
  for (const found of images) {
    const image = { ...found, name: resultName(found.name) };
    const output = join(folder, image.name);
    const target = real(output);
    const first = jobs.get(keyOf(target));
    if (first !== undefined && real(first.path) !== real(image.path)) {
      const why = real(first.output) === target ? '' : ', where names that differ by case are one';
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image.path} and ${first.path} would both be written to ${output}${why}; restore them into different folders.`,
      );
    }
    const source = sources.get(target);
    if (source !== undefined) {
      const what = source === image.path ? 'it' : source;
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image.path}: the result would replace ${what}; choose another folder than ${folder}.`,
      );
    }
    formatOf(output);
    if (first === undefined) jobs.set(keyOf(target), { ...image, output });
  }
  return [...jobs.values()];
}

/**
 * Rejects a name that is meant for a file, or for standard output, unless there is such a folder.
 *
 * Errors: `INVALID_ARGUMENT`.
 */
function requireFolderName(folder: string): void {
  const named = folder === '-' || imageExtensions.includes(extname(folder).toLowerCase());
  if (!named || existsSync(filePath(folder))) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${folder}: results go into a folder, under the names of their images; name a folder, such as -o restored.`,
  );
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
