import { type Adapter, initAdapter } from '@pip-graft/pip-core';
import { resolveAdapter, withDigest } from '@pip-graft/pip-core/node';
import type { Host, HostIdentity } from './open-host.ts';

/** The adapter that `--adapter` names: fresh for this host, a folder, or an npm package. */
export function openAdapter(
  text: string,
  host: Host,
  identity: HostIdentity,
  cwd: string,
): Adapter {
  const found = resolveAdapter(text, cwd);
  if (found.kind === 'adapter') return found.adapter;
  const { family, sites } = host.located;
  return withDigest(initAdapter({ family, sites, ...identity }, found.options));
}
