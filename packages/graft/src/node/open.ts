import { createHash } from 'node:crypto';
import type { HubOptions } from '@pip-graft/hub';
import { argument, type Model } from '@pip-graft/onnx-graft';
import {
  type ExternalMode,
  type OpenedModel,
  openModel,
  rehomeExternal,
} from '@pip-graft/onnx-graft/node';
import type { Adapter, GraftRecord } from '@pip-graft/pip-core';
import { resolveAdapter, withDigest } from '@pip-graft/pip-core/node';
import { requireHost } from '../check-arguments.ts';
import { freshAdapter } from '../graft.ts';
import { type Hash, type Host, hostOf, uncover } from '../host/host.ts';
import { localAdapter, localModel } from './local-names.ts';

/** A host opened from a file. Close it once it is saved, or declare it with `using`. */
export interface OpenHost extends OpenedModel, Host {}

/** Where a grafted host will be saved, and what happens to its external data. */
export interface Home {
  readonly target: string;
  readonly external: ExternalMode;
}

/**
 * Opens a model and locates its skip connections. With `home`, the model is as it will be there.
 *
 * Errors: those of `openModel`; of {@link localModel} for a name on the model hub.
 *
 * @param path a file, or `hf:owner/name[@revision][/folder or file]` on the model hub
 *
 * @example
 * using host = await openHost('restormer.onnx');
 */
export async function openHost(path: string, home?: Home, hub?: HubOptions): Promise<OpenHost> {
  argument.requirePath(path, 'openHost');
  const file = openModel(await localModel(path, hub));
  try {
    return hostIn(file, home);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Returns the host in an opened file, as it will be at `home`. If it fails, the file stays open. */
function hostIn(file: OpenedModel, home?: Home): OpenHost {
  const opened = atHome(file, home);
  return { ...opened, ...hostOf(opened.model, { newHash: nodeSha256 }) };
}

/** Returns the model as it will be at `home`: what is grafted onto, and what removal returns. */
function atHome(opened: OpenedModel, home: Home | undefined): OpenedModel {
  if (!home) return opened;
  const { model, files } = rehomeExternal(opened.model, home.target, home.external);
  // Files that must be copied or linked stay the model's external data.
  return files.size > 0 ? opened : { ...opened, model };
}

/** An opened grafted file: the host under the graft, and the graft. Close the host. */
export interface OpenGraft {
  readonly host: OpenHost;
  readonly grafted: Model;
  readonly graft: GraftRecord;
}

/**
 * Opens a grafted model, removes the graft and proves that the rest is the file that was grafted.
 * With `home`, the host is as it will be there.
 *
 * Errors: those of `openModel`; `NOT_GRAFTED`, `CORRUPT_FILE`; `GATE_FAILED` if the file has
 * changed since it was grafted.
 *
 * @example
 * const { host, graft } = await openGraft('grafted.onnx');
 */
export async function openGraft(path: string, home?: Home): Promise<OpenGraft> {
  argument.requirePath(path, 'openGraft');
  const opened = openModel(await localModel(path));
  try {
    const { model, graft } = uncover(opened.model, nodeSha256);
    return { host: hostIn({ ...opened, model }, home), grafted: opened.model, graft };
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Node's SHA-256, several times as fast as one in JavaScript. */
export function nodeSha256(): Hash {
  const running = createHash('sha256');
  const hash: Hash = {
    update(bytes) {
      running.update(bytes);
      return hash;
    },
    hex: () => running.digest('hex'),
  };
  return hash;
}

/** Options of {@link openAdapter}. */
export interface OpenAdapterOptions {
  /** Host that a fresh adapter is made for and bound to. */
  readonly for: Host;
  /** Where npm packages and relative folders are looked up; default: the working directory. */
  readonly cwd?: string | undefined;
  /** For a name on the model hub: progress and notes of the download, a signal to stop it. */
  readonly hub?: HubOptions | undefined;
}

/**
 * Opens the adapter that `name` refers to: a folder, an npm package installed at `cwd` or above it,
 * `hf:owner/name[@revision][/folder]` on the model hub, or `init[:key=value,…]` for a fresh,
 * untrained one.
 *
 * Errors: `NOT_FOUND`, `ADAPTER_INVALID`, those of {@link localAdapter} and {@link freshAdapter}.
 *
 * @example
 * const adapter = await openAdapter('@me/rain-adapter', { for: host });
 */
export async function openAdapter(name: string, options: OpenAdapterOptions): Promise<Adapter> {
  argument.requirePath(name, 'openAdapter');
  const takes = 'its options as { for: host }';
  argument.requireKind(options, { member: 'for', place: 'openAdapter', takes });
  const { for: host, cwd = process.cwd(), hub } = options;
  requireHost(host, 'openAdapter');
  const found = resolveAdapter(await localAdapter(name, hub), cwd);
  return found.kind === 'adapter' ? found.adapter : withDigest(freshAdapter(host, found.options));
}
