import { argument, type Model } from '@pip-graft/onnx-graft';
import type { Adapter, GraftRecord, Plan } from '@pip-graft/pip-core';
import { applyGraft } from './apply-graft.ts';
import { type HostOptions, hostOf, newSha256 } from './host/host.ts';
import { uncover } from './host/look-at.ts';
import { keepChoices } from './keep-choices.ts';
import { type GraftOptions, listOf, planGraft } from './plan-graft.ts';

/** A model with other adapters, the plan that was applied, and the record of the previous graft. */
export interface Swapped {
  readonly model: Model;
  readonly plan: Plan;
  readonly before: GraftRecord;
}

/**
 * Replaces the adapters of a model. Removes the graft, proves that the host is the file that was
 * grafted, byte for byte, and grafts the new adapters onto it. Inputs, or a fixed degradation, stay
 * as they were unless `options` say otherwise.
 *
 * Errors: `NOT_GRAFTED`; `GATE_FAILED` if the file has changed since it was grafted;
 * `UNKNOWN_LABEL` if no new adapter has its fixed degradation; those of {@link planGraft}.
 *
 * @example
 * const { model, plan, before } = swap(grafted, [rain, haze]);
 */
export function swap(
  grafted: Model,
  given: Adapter | readonly Adapter[],
  options: GraftOptions & HostOptions = {},
): Swapped {
  argument.requireModel(grafted, 'swap');
  const { newHash = newSha256, ...rest } = options;
  const adapters = listOf(given);
  const { model, graft: before } = uncover(grafted, newHash);
  const host = hostOf(model, { newHash });
  const plan = planGraft(host, adapters, keepChoices(grafted, before, adapters, rest));
  return { model: applyGraft(plan), plan, before };
}
