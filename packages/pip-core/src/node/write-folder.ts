import { existsSync, readdirSync, statSync } from 'node:fs';
import { lstat, open, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError, makeFolder } from '@pip-graft/onnx-graft/node';

/** A file's name in its folder, or in a folder of it, and what it holds. */
export type NewFile = readonly [name: string, content: string | Uint8Array];

/**
 * Writes the files of a folder beside their targets, then renames them in their order. The last is
 * what makes the folder what it is.
 *
 * Errors: `WRITE_FAILED`, also for a folder that holds something else.
 *
 * @param what the kind of folder, as `an adapter`
 */
export async function writeFolder(
  folder: string,
  what: string,
  files: readonly NewFile[],
): Promise<void> {
  requireOwnFolder(folder, what, files.at(-1)![0]);
  const isNew = !existsSync(folder);
  const staged: { temporary: string; target: string }[] = [];
  try {
    await makeFolder(folder);
    for (const [name, content] of files) {
      const target = join(folder, name);
      const home = dirname(target);
      if (home !== folder) await makeOwnFolder(home);
      const temporary = join(home, `.${basename(name)}.${process.pid}.tmp`);
      staged.push({ temporary, target });
      await writeNew(temporary, content);
    }
    for (const { temporary, target } of staged) await rename(temporary, target);
  } catch (error) {
    for (const { temporary } of staged) await rm(temporary, { force: true }).catch(() => {});
    const homes = new Set(staged.map(({ target }) => dirname(target)));
    if (isNew) for (const home of [...homes, folder]) await rmdir(home).catch(() => {});
    throw ioError('write', folder, error);
  }
}

/** A folder in the folder: not a link to another place. */
async function makeOwnFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  if (!(await lstat(folder)).isSymbolicLink()) return;
  throw new GraftError('WRITE_FAILED', `${folder}: it is a link; remove it.`);
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  // 'wx' follows no link that somebody put there.
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

function requireOwnFolder(folder: string, what: string, mark: string): void {
  if (!existsSync(folder)) return;
  const refuse = (why: string) =>
    new GraftError('WRITE_FAILED', `${folder}: ${why}; choose another folder.`);
  if (!statSync(folder).isDirectory()) throw refuse('it is a file');
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    throw ioError('write', folder, error);
  }
  if (entries.length > 0 && !entries.includes(mark)) {
    throw refuse(`it holds files and is not ${what}, which writing one here could replace`);
  }
}
