import { type Adapter, type PlanOptions, type PlanResult, planGraft } from '@pip-graft/pip-core';
import { chooseSites } from './host/choose-sites.ts';
import type { Host } from './host/host.ts';
import { requireSites } from './host/require-sites.ts';

export interface PlanChoices extends Omit<PlanOptions, 'levels'> {
  /** Skip connections to graft, as `1,3` or `^2`; see {@link chooseSites}. Default every level that an adapter has. */
  readonly sites?: string;
}

/**
 * What a graft of one or several adapters onto a host will do, or every reason not to; nothing is edited.
 *
 * Errors: `NO_SITES`, `UNSUPPORTED_LAYOUT` for a host without skip connections; `INVALID_ARGUMENT`
 * for sites that are not there. All else is a refusal in the result.
 *
 * @example
 * const result = planOn(host, adapter);
 * if (result.status === 'planned') console.log(formatPlan(result.plan));
 */
export function planOn(
  host: Host,
  given: Adapter | readonly Adapter[],
  choices: PlanChoices = {},
): PlanResult {
  requireSites(host);
  const { model, facts, located } = host;
  const { sites, ...options } = choices;
  const levels = sites === undefined ? undefined : chooseSites(located, sites);
  return planGraft({
    model,
    facts,
    sites: located.sites,
    family: located.family,
    ...host.identity(),
    adapters: listOf(given),
    options: { ...options, ...(levels ? { levels: levels.map(({ level }) => level) } : {}) },
  });
}

export function listOf<T extends object>(given: T | readonly T[]): readonly T[] {
  return Array.isArray(given) ? given : [given as T];
}
