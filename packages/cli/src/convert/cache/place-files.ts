import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  copyFileTo,
  followLink,
  ioError,
  makeFolder,
  replaceTogether,
  type Staged,
  stageTogether,
  sweepLeftovers,
} from '@pip-graft/graft/files';
import type { MadeFile } from '../job/job.ts';
import { hasDigest } from './cache.ts';

/**
 * Puts a job's files in their places, unless they are there already: all are written beside them
 * first, and take them together. Copies, so that nothing done to an output reaches the cache.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param files the model, which makes the others count, first
 * @param output the path of the model
 * @returns whether anything was written
 */
export async function placeFiles(
  from: string,
  files: readonly MadeFile[],
  output: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const [model] = files;
  if (model === undefined) return false;
  // Through a link, with the data beside the file that it leads to.
  const target = followLink(output);
  const folder = dirname(target);
  const place = ({ name }: MadeFile): string => (name === model.name ? target : join(folder, name));
  await sweepLeftovers(
    folder,
    files.map((file) => basename(place(file))),
  );
  let staged: Staged[] = [];
  try {
    const missing = files.filter((file) => !hasDigest(place(file), file.digest));
    if (missing.length === 0) return false;
    await makeFolder(folder);
    staged = stageTogether(missing.map(place));
    for (const [index, { name }] of missing.entries())
      await copyFileTo(join(from, name), staged[index]!.from, 'copy', { signal, durable: true });
    await replaceTogether(staged);
    return true;
  } catch (error) {
    for (const { from: path } of staged) await rm(path, { force: true }).catch(() => {});
    if (signal?.aborted) throw error;
    throw ioError('write', target, error);
  }
}
