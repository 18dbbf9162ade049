import { version } from '@pip-graft/backbones';
import { argument, type ImageRange, type Model } from '@pip-graft/onnx-graft';
import {
  type Adapter,
  applyPlan,
  type GraftTool,
  type InitOptions,
  initAdapter,
  makePlan,
  type Plan,
  type PlanOptions,
  type PlanResult,
  requirePlan,
} from '@pip-graft/pip-core';
import { requireAdapters, requireHost, requireOptions } from './check-arguments.ts';
import { chooseSites, requireSites } from './host/choose-sites.ts';
import type { Host } from './host/host.ts';
import { imageWith } from './host/image-with.ts';

export interface GraftOptions extends Omit<PlanOptions, 'levels'> {
  /**
   * Skip connections to graft, as `1,3` or `^2`; see {@link chooseSites}. Default: every level that
   * an adapter has.
   */
  readonly sites?: string | undefined;
  /** Range of the host's input and output images; default: what the graph shows. */
  readonly range?: ImageRange | undefined;
  /** Values of inputs besides the image, such as a noise level; each needs one. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}

/**
 * Plans to graft one or more adapters onto a host, without editing anything. The order of adapters
 * does not matter: `plan.summary.labels` is the order of the weights.
 *
 * Errors: `CORRUPT_FILE` for a host that no runtime loads; `NO_SITES`, `UNSUPPORTED_LAYOUT` for one
 * without skip connections; `INVALID_ARGUMENT` for sites that do not exist; else the code of the first reason not to graft, with the messages of
 * all.
 *
 * @example
 * const plan = planGraft(host, adapter, { bake: { weights: { rain: 1 } } });
 * console.log(plan.summary.labels);
 */
export function planGraft(
  host: Host,
  adapters: Adapter | readonly Adapter[],
  options: GraftOptions = {},
): Plan {
  return requirePlan(tryPlan(host, adapters, options));
}

/** Returns a plan, or every reason not to graft. Errors: those of {@link planGraft} about sites. */
export function tryPlan(
  host: Host,
  adapters: Adapter | readonly Adapter[],
  options: GraftOptions = {},
): PlanResult {
  const place = 'planGraft';
  requireHost(host, place);
  requireAdapters(listOf(adapters), place);
  requireOptions(options, place);
  requireSites(host);
  const { model, facts, located } = host;
  const { sites, range, feeds, ...rest } = options;
  const levels = sites === undefined ? undefined : chooseSites(located, sites);
  return makePlan({
    model,
    facts,
    sites: located.sites,
    family: located.family,
    warnings: located.fileWarnings,
    ...host.identity(),
    image: imageWith(host, { range, feeds }),
    adapters: listOf(adapters),
    options: { ...rest, levels: levels?.map(({ level }) => level) },
  });
}

export function listOf<T extends object>(given: T | readonly T[]): readonly T[] {
  return Array.isArray(given) ? given : [given as T];
}

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
  requireHost(host, 'freshAdapter');
  requireSites(host);
  const { located } = host;
  const places = chooseSites(located, sites);
  return initAdapter({ family: located.family, sites: places, ...host.identity() }, options);
}

/**
 * Applies a plan. Leaves the host unchanged and writes no file.
 *
 * @param tool written into the file's stamp; default: this library
 *
 * @example
 * const host = hostOf(readModel(bytesSource(bytes)));
 * const grafted = modelBytes(applyGraft(planGraft(host, adapter)));
 */
export function applyGraft(plan: Plan, tool: GraftTool = { name: 'graft', version }): Model {
  const takes = 'a plan, which `planGraft` returns,';
  argument.requireKind(plan, { member: 'summary', place: 'applyGraft', takes });
  return applyPlan(plan, tool);
}
