import { type Adapter, checkAdapter } from '../adapter/adapter.ts';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { encodeAdapter } from '../adapter/adapter-text.ts';
import { modelCard } from '../adapter/model-card.ts';
import { adapterPackageJson } from '../adapter/package-json.ts';
import { writeFolder } from './write-folder.ts';

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
  const { config, tensors } = encodeAdapter(checkAdapter(adapter));
  await writeFolder(folder, 'an adapter', [
    [adapterFiles.tensors, tensors],
    [adapterFiles.card, modelCard(adapter)],
    [adapterFiles.package, adapterPackageJson(adapter)],
    // Last: it is what makes the folder an adapter.
    [adapterFiles.config, config],
  ]);
}
