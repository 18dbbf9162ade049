import type { Adapter } from '@pip-graft/pip-core';
import { resolveAdapter, withDigest } from '@pip-graft/pip-core/node';
import { freshAdapter } from '../fresh-adapter.ts';
import type { Host } from '../host/host.ts';

/**
 * The adapter that a text names: a folder, an npm package installed at `cwd` or above it, or
 * `init[:key=value,…]` for one that is made fresh for this host.
 *
 * Errors: those of `resolveAdapter` and {@link freshAdapter}.
 *
 * @example openAdapter('@me/rain-adapter', host, process.cwd())
 */
export function openAdapter(text: string, host: Host, cwd: string): Adapter {
  const found = resolveAdapter(text, cwd);
  return found.kind === 'adapter' ? found.adapter : withDigest(freshAdapter(host, found.options));
}
