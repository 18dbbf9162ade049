import { existsSync, readdirSync, statSync } from 'node:fs';
import { open, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError, makeFolder } from '@pip-graft/onnx-graft/node';
import { writeSafetensors } from '@pip-graft/weights';
import { type Adapter, checkAdapter } from '../adapter/adapter.ts';
import { encodeAdapterConfig } from '../adapter/adapter-config.ts';
import { modelCard } from '../adapter/model-card.ts';
import { adapterFiles, adapterPackageJson } from '../adapter/package-json.ts';

/**
 * Writes an adapter folder: config, tensors, model card and `package.json`.
 *
 * All files are written beside their targets first and renamed then, so that a
 * full disk leaves what stood there. A folder that holds something else than an
 * adapter is not written into.
 * Errors: `ADAPTER_INVALID`, `WRITE_FAILED`.
 *
 * @example await writeAdapter('adapters/rain', adapter)
 */
export async function writeAdapter(folder: string, adapter: Adapter): Promise<void> {
  checkAdapter(adapter);
  const files: [string, string | Uint8Array][] = [
    [adapterFiles.tensors, writeSafetensors(adapter.tensors, {}, adapter.config.dtype)],
    [adapterFiles.card, modelCard(adapter)],
    [adapterFiles.package, adapterPackageJson(adapter)],
    // Last: it is what makes the folder an adapter.
    [adapterFiles.config, encodeAdapterConfig(adapter)],
  ];
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
