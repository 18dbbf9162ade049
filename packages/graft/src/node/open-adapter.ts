import type { HubOptions } from '@pip-graft/hub';
import { argument } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import { resolveAdapter, withDigest } from '@pip-graft/pip-core/node';
import { requireHost } from '../check-arguments.ts';
import { freshAdapter } from '../graft.ts';
import type { Host } from '../host/host.ts';
import { localAdapter } from './local-names.ts';

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
