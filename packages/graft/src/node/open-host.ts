import type { HubOptions } from '@pip-graft/hub';
import {
  type ExternalMode,
  type OpenedModel,
  openModel,
  rehomeExternal,
} from '@pip-graft/onnx-graft/node';
import { type Host, hostOf } from '../host/host.ts';
import { localModel } from './local-model.ts';
import { nodeSha256 } from './node-sha256.ts';

/** A host that was opened from a file. Close it, or declare it with `using`, once it is saved. */
export interface OpenHost extends OpenedModel, Host {
  [Symbol.dispose](): void;
}

/** Where a grafted host will be, and what happens to its external data then. */
export interface Home {
  readonly target: string;
  readonly external: ExternalMode;
}

/**
 * Opens a model, as it will be at `home` when that is given, and locates its skip connections.
 *
 * Errors: those of `openModel`; of {@link localModel} for a name on the model hub.
 *
 * @param path a file, or `hf:owner/name[@revision][/folder or file]` on the model hub
 *
 * @example
 * using host = await openHost('restormer.onnx');
 */
export async function openHost(path: string, home?: Home, hub?: HubOptions): Promise<OpenHost> {
  return hostIn(openModel(await localModel(path, hub)), home);
}

/** The host in a file that was opened, as it will be at `home`. */
export function hostIn(file: OpenedModel, home?: Home): OpenHost {
  const opened = atHome(file, home);
  return {
    ...opened,
    ...hostOf(opened.model, { newHash: nodeSha256 }),
    [Symbol.dispose]: () => opened.close(),
  };
}

/** The host as it will be there: what is grafted onto, and what removal gives back. */
function atHome(opened: OpenedModel, home: Home | undefined): OpenedModel {
  if (!home) return opened;
  const { model, files } = rehomeExternal(opened.model, home.target, home.external);
  // Files that have to be copied or linked stay the model's external data; all else is settled.
  return files.size > 0 ? opened : { ...opened, model };
}
