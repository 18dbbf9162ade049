import { type Adapter, type InitOptions, initAdapter } from '@pip-graft/pip-core';
import { chooseSites, requireSites } from './host/choose-sites.ts';
import type { Host } from './host/host.ts';

/**
 * Returns a fresh, untrained adapter for a host, bound to it.
 *
 * Errors: `NO_SITES`, `UNSUPPORTED_LAYOUT`; `INVALID_ARGUMENT` if options do not fit together.
 *
 * @param sites skip connections to make it for, such as `1,3` or `^2`; default: all
 *
 * @example freshAdapter(host, { labels: ['rain', 'haze'], seed: 7 })
 */
export function freshAdapter(host: Host, options: InitOptions = {}, sites?: string): Adapter {
  requireSites(host);
  const { located } = host;
  const places = chooseSites(located, sites);
  return initAdapter({ family: located.family, sites: places, ...host.identity() }, options);
}
