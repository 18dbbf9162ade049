import { existsSync, readdirSync, statSync } from 'node:fs';
import { open, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError, makeFolder } from '@pip-graft/onnx-graft/node';
import { adapterFiles } from '../adapter/adapter-files.ts';

/** A file's name in its folder, and what it holds. */
export type NewFile = readonly [name: string, content: string | Uint8Array];

/**
 * Writes the files of an adapter folder beside their targets, then renames them in their order.
 *
 * Errors: `WRITE_FAILED`, also for a folder that holds something else than an adapter.
 */
export async function writeFolder(folder: string, files: readonly NewFile[]): Promise<void> {
  requireOwnFolder(folder);
  const isNew = !existsSync(folder);
  const staged: { temporary: string; target: string }[] = [];
  try {
    await makeFolder(folder);
    for (const [name, content] of files) {
      const temporary = join(folder, `.${name}.${process.pid}.tmp`);
      staged.push({ temporary, target: join(folder, name) });
      await writeNew(temporary, content);
    }
    for (const { temporary, target } of staged) await rename(temporary, target);
  } catch (error) {
    for (const { temporary } of staged) await rm(temporary, { force: true }).catch(() => {});
    if (isNew) await rmdir(folder).catch(() => {});
    throw ioError('write', folder, error);
  }
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

function requireOwnFolder(folder: string): void {
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
  if (entries.length > 0 && !entries.includes(adapterFiles.config)) {
    throw refuse('it holds files that are no adapter, which writing one here could replace');
  }
}
