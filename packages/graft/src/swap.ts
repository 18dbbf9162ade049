import type { Model } from '@pip-graft/onnx-graft';
import type { Adapter, GraftRecord } from '@pip-graft/pip-core';
import { type GraftChoices, type Grafted, graft } from './graft.ts';
import { type HostOptions, hostOf } from './host/host.ts';
import { newSha256 } from './host/sha256.ts';
import { uncover } from './host/uncover.ts';
import { keepChoices } from './keep-choices.ts';
import { listOf } from './plan-on.ts';

/** A model with other adapters, and what stood on it before. */
export interface Swapped extends Grafted {
  readonly before: GraftRecord;
}

/**
 * Puts other adapters in the place of those that a model carries. Its host keeps its bytes: the
 * graft is taken out, the host proved to be the file that was grafted, and the adapters grafted
 * onto it. Inputs, or a degradation that is fixed, stay as they were unless `choices` say otherwise.
 *
 * Errors: `NOT_GRAFTED`; `GATE_FAILED` when the file was changed since it was grafted;
 * `UNKNOWN_LABEL` when its fixed degradation is none of the new adapters'; those of {@link graft}.
 *
 * @example
 * const { model, plan, before } = swap(grafted, [rain, haze]);
 */
export function swap(
  grafted: Model,
  given: Adapter | readonly Adapter[],
  choices: GraftChoices & HostOptions = {},
): Swapped {
  const { external, newHash = newSha256, tool, ...rest } = choices;
  const adapters = listOf(given);
  const { model, graft: before } = uncover(grafted, newHash);
  const host = hostOf(model, { newHash, ...(external ? { external } : {}) });
  const kept = keepChoices(grafted, before, adapters, rest);
  return { ...graft(host, adapters, { ...kept, ...(tool ? { tool } : {}) }), before };
}
