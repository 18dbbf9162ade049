import type { Model } from '@pip-graft/onnx-graft';
import type { Adapter, GraftRecord, Plan } from '@pip-graft/pip-core';
import { applyGraft } from './apply-graft.ts';
import { type HostOptions, hostOf, newSha256 } from './host/host.ts';
import { uncover } from './host/look-at.ts';
import { keepChoices } from './keep-choices.ts';
import { type GraftOptions, listOf, planGraft } from './plan-graft.ts';

/** A model with other adapters, the plan that was carried out, and what the model carried before. */
export interface Swapped {
  readonly model: Model;
  readonly plan: Plan;
  readonly before: GraftRecord;
}

/**
 * Puts other adapters in the place of those that a model carries. Its host keeps its bytes: the
 * graft is taken out, the host proved to be the file that was grafted, and the adapters grafted
 * onto it. Inputs, or a degradation that is fixed, stay as they were unless `options` say otherwise.
 *
 * Errors: `NOT_GRAFTED`; `GATE_FAILED` when the file was changed since it was grafted;
 * `UNKNOWN_LABEL` when its fixed degradation is none of the new adapters'; those of {@link planGraft}.
 *
 * @example
 * const { model, plan, before } = swap(grafted, [rain, haze]);
 */
export function swap(
  grafted: Model,
  given: Adapter | readonly Adapter[],
  options: GraftOptions & HostOptions = {},
): Swapped {
  const { newHash = newSha256, ...rest } = options;
  const adapters = listOf(given);
  const { model, graft: before } = uncover(grafted, newHash);
  const host = hostOf(model, { newHash });
  const plan = planGraft(host, adapters, keepChoices(grafted, before, adapters, rest));
  return { model: applyGraft(plan), plan, before };
}
