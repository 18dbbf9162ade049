import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, finishLeftovers, isLeftoverOf, listNames } from '@pip-graft/onnx-graft/node';

/**
 * Finishes a write of a folder that was killed while its files took their places: meanwhile its
 * config is absent. Does nothing for a folder with its config, or without files of such a write.
 *
 * Errors: `READ_FAILED` if the write is still running, or cannot be finished here.
 *
 * @param config the file that makes the folder what it is
 * @param names files of such a folder
 */
export function finishWrite(folder: string, config: string, names: readonly string[]): void {
  if (isThere(folder, config) || !isUnfinished(folder, config)) return;
  finishLeftovers(folder, names);
  // The run that wrote it may also have ended meanwhile.
  if (isThere(folder, config) || !isUnfinished(folder, config)) return;
  throw new GraftError(
    'READ_FAILED',
    `${folder}: writing its ${config} has not finished; wait for the run that writes it, or, if there is none, make the folder writable and run this command again.`,
  );
}

function isThere(folder: string, config: string): boolean {
  return existsSync(filePath(join(folder, config)));
}

/** Whether a folder's config is still to take its place: what it is shows only after that. */
export function isUnfinished(folder: string, config: string): boolean {
  try {
    return listNames(folder).some((name) => name.endsWith('.new') && isLeftoverOf(name, [config]));
  } catch {
    return false;
  }
}
