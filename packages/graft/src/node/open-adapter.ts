import type { Adapter } from '@pip-graft/pip-core';
import { resolveAdapter, withDigest } from '@pip-graft/pip-core/node';
import { freshAdapter } from '../fresh-adapter.ts';
import type { Host } from '../host/host.ts';

/** What an adapter is opened for. */
export interface OpenAdapterOptions {
  /** The host that a fresh adapter is made for and bound to. */
  readonly for: Host;
  /** Where npm packages and relative folders are looked up; default the working directory. */
  readonly cwd?: string | undefined;
}

/**
 * Opens the adapter that a text names: a folder, an npm package installed at `cwd` or above it, or
 * `init[:key=value,…]` for a fresh, untrained one.
 *
 * Errors: `ADAPTER_NOT_FOUND`, `ADAPTER_INVALID`, those of {@link freshAdapter}.
 *
 * @example
 * const adapter = await openAdapter('@me/rain-adapter', { for: host });
 */
export async function openAdapter(
  name: string,
  { for: host, cwd = process.cwd() }: OpenAdapterOptions,
): Promise<Adapter> {
  const found = resolveAdapter(name, cwd);
  return found.kind === 'adapter' ? found.adapter : withDigest(freshAdapter(host, found.options));
}
