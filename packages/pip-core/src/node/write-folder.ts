import { existsSync, readdirSync, statSync } from 'node:fs';
import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import {
  filePath,
  finishLeftovers,
  followLink,
  ioError,
  isLeftoverOf,
  listNames,
  makeFolder,
  replaceTogether,
  stageTogether,
  sweepLeftovers,
  unmakeFolders,
  withoutLeftovers,
  writeNew,
} from '@pip-graft/onnx-graft/node';

/** A file's path in its folder or a subfolder, and its contents. */
export type NewFile = readonly [name: string, content: string | Uint8Array];

/**
 * Writes the files of a folder beside their targets, then moves all to their places. The last one
 * defines the kind of the folder. A killed run leaves the folder as it was, or one that the next
 * run finishes.
 *
 * Errors: `WRITE_FAILED`, also for a folder that holds anything else.
 *
 * @param what the kind of folder, such as `an adapter`
 */
export async function writeFolder(
  folder: string,
  what: string,
  files: readonly NewFile[],
): Promise<void> {
  const names = files.map(([name]) => name);
  const home = followLink(folder);
  await sweepLeftovers(home, names);
  requireOwnFolder(home, what, names);
  // The first is the one that makes the others count.
  const ordered = [files.at(-1)!, ...files.slice(0, -1)];
  const staged = stageTogether(ordered.map(([name]) => join(home, name)));
  const made: string[] = [];
  try {
    for (const [index, [, content]] of ordered.entries()) {
      const { from, to } = staged[index]!;
      made.push(...(await makeFolder(dirname(to))));
      if (dirname(to) !== home) await requireNoLink(dirname(to));
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      await writeNew(from, (append) => append(bytes), { durable: true });
    }
    await replaceTogether(staged);
  } catch (error) {
    for (const { from } of staged) await rm(filePath(from), { force: true }).catch(() => {});
    await unmakeFolders(made);
    throw ioError('write', folder, error);
  }
}

/** Requires a subfolder not to be a link to another place. */
async function requireNoLink(folder: string): Promise<void> {
  if (!(await lstat(filePath(folder))).isSymbolicLink()) return;
  throw new GraftError('WRITE_FAILED', `${folder}: it is a link; remove it.`);
}

/**
 * Requires that a folder may be written to as one of a kind: it does not exist, is empty, or is of
 * that kind. Leftovers of killed runs do not count.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @param names of the files of such a folder; the last defines its kind
 */
export function requireOwnFolder(folder: string, what: string, names: readonly string[]): void {
  if (!existsSync(filePath(folder))) return;
  const refuse = (why: string) =>
    new GraftError('WRITE_FAILED', `${folder}: ${why}; choose another folder.`);
  if (!statSync(filePath(folder)).isDirectory()) throw refuse('it is a file');
  let entries: string[];
  try {
    entries = readdirSync(filePath(folder));
  } catch (error) {
    throw ioError('write', folder, error);
  }
  const mark = names.at(-1)!;
  if (
    withoutLeftovers(entries, names).length > 0 &&
    !entries.some((name) => name === mark || isLeftoverOf(name, [mark]))
  ) {
    throw refuse(`it holds files and is not ${what}, which writing one here could replace`);
  }
}

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
