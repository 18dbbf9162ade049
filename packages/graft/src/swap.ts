import { argument, GraftError, type Model } from '@pip-graft/onnx-graft';
import type { Adapter, GraftRecord, Plan } from '@pip-graft/pip-core';
import { applyGraft, type GraftOptions, listOf, planGraft } from './graft.ts';
import { type HostOptions, hostOf, newSha256, uncover } from './host/host.ts';

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

/**
 * Returns the options for grafting other adapters in a graft's place: the caller's choices, and
 * those of the old graft where the caller makes none (inputs with or without defaults, or the same
 * degradation fixed).
 *
 * Errors: `UNKNOWN_LABEL` if no new adapter has the fixed degradation; `INVALID_ARGUMENT` if the
 * graft has a sensor, which fits only its labels, and the choices do not mention it.
 */
export function keepChoices(
  grafted: Model,
  graft: GraftRecord,
  adapters: readonly Adapter[],
  choices: GraftOptions,
): GraftOptions {
  return keepSteering(grafted, graft, adapters, { ...choices, ...imageChoices(graft, choices) });
}

/** Range and feeds as chosen, else those of the stamp. */
function imageChoices({ host: { image } }: GraftRecord, asked: GraftOptions): GraftOptions {
  const { values, feeds } = image ?? {};
  const one = values?.input.range === values?.output.range ? values?.input.range : undefined;
  return { range: asked.range ?? one ?? undefined, feeds: asked.feeds ?? feeds };
}

function keepSteering(
  grafted: Model,
  graft: GraftRecord,
  adapters: readonly Adapter[],
  choices: GraftOptions,
): GraftOptions {
  if (choices.bake !== undefined || choices.inputs !== undefined) return choices;
  const { baked, labels, auto } = graft;
  if (auto !== null && choices.auto === undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${grafted.source.label}: its sensor '${auto.name}' finds the degradation; choose the sensor of the new graft (--auto), or its inputs without one (--inputs required).`,
    );
  if (baked === null) return { ...choices, inputs: graft.inputKind };
  const weights = labels.flatMap((label, at) => {
    const weight = baked.weights[at]!;
    return weight > 0 ? [[label, weight] as const] : [];
  });
  const known = adapters.flatMap(({ config }) => config.labels);
  const lost = weights.find(([label]) => !known.includes(label));
  if (lost === undefined) {
    return {
      ...choices,
      bake: { weights: Object.fromEntries(weights), strength: baked.strength },
    };
  }
  throw new GraftError(
    'UNKNOWN_LABEL',
    `${grafted.source.label}: its degradation is fixed to '${lost[0]}', which the new adapters do not have (${known.join(', ')}); choose what to bake, or which inputs to add.`,
  );
}

/** Whether a plan would give the graft that the model already has. */
export function isInPlace(graft: GraftRecord, { summary }: Plan): boolean {
  const parts = [...summary.adapters, ...(summary.auto ? [summary.auto] : [])];
  const known = parts.every(({ digest }) => digest !== null);
  const here = facts(graft, levels(graft.sites));
  const there = facts(summary, levels(summary.levels.map(({ site }) => site)));
  return known && here === there;
}

function facts(
  {
    adapters,
    inputs,
    inputKind,
    baked,
    auto,
    host,
  }: Pick<GraftRecord, 'adapters' | 'inputs' | 'inputKind' | 'baked' | 'auto'> & {
    readonly host: Pick<GraftRecord['host'], 'image'>;
  },
  at: readonly number[],
): string {
  const which = adapters.map(({ name, version, digest }) => [name, version, digest]);
  const feeds = host.image?.feeds ?? {};
  return JSON.stringify([which, inputs, inputs && inputKind, baked, auto, feeds, at]);
}

function levels(sites: readonly { readonly level: number }[]): number[] {
  return sites.map(({ level }) => level).sort((a, b) => a - b);
}
