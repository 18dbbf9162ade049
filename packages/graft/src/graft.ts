import type { Model } from '@pip-graft/onnx-graft';
import {
  type Adapter,
  applyPlan,
  type GraftTool,
  type Plan,
  requirePlan,
} from '@pip-graft/pip-core';
import type { Host } from './host/host.ts';
import { listOf, type PlanChoices, planOn } from './plan-on.ts';
import { version } from './version.ts';

export interface GraftChoices extends PlanChoices {
  /** Written into the file's stamp; default this library. */
  readonly tool?: GraftTool;
}

/** A grafted model, and the plan that was carried out. */
export interface Grafted {
  readonly model: Model;
  readonly plan: Plan;
}

/**
 * Grafts one or several adapters onto a host: plans, refuses or carries the plan out. The host is unchanged, and
 * nothing is written. The order of adapters does not matter: `plan.labels` is the order of the weights.
 *
 * Errors: the code of the first reason not to graft, with the messages of all; see {@link planOn}.
 *
 * @example
 * const host = hostOf(readModel(bytesSource(bytes)));
 * const { model, plan } = graft(host, adapter, { bake: { weights: { rain: 1 } } });
 * const grafted = modelBytes(model);
 */
export function graft(
  host: Host,
  given: Adapter | readonly Adapter[],
  choices: GraftChoices = {},
): Grafted {
  const { tool = { name: 'graft', version }, ...rest } = choices;
  const adapters = listOf(given);
  const plan = requirePlan(planOn(host, adapters, rest));
  const model = applyPlan(host.model, plan, adapters, tool, { sensor: rest.auto });
  return { model, plan };
}
