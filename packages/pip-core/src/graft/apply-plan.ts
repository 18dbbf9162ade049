import {
  type AddedInput,
  extendGraph,
  GraftError,
  type Model,
  NameScope,
  type SpliceUndo,
  splice,
  type ValueSpec,
} from '@pip-graft/onnx-graft';
import { encodeFloats } from '@pip-graft/weights';
import type { Adapter } from '../adapter/adapter.ts';
import type { PipConfig } from '../config/pip-config.ts';
import { type EmittedLevel, emitPip } from '../emit/emit-pip.ts';
import { pipParameters } from '../parameters/pip-parameters.ts';
import { planOpsets, stampKey } from '../plan/check-host.ts';
import type { Plan, PlannedAdapter } from '../plan/plan.ts';
import { sensorImage } from '../plan/plan-sensor.ts';
import { orderSensor } from '../sensor/order-sensor.ts';
import type { Sensor } from '../sensor/sensor.ts';
import { type GraftRecord, type GraftTool, graftRecordVersion } from './graft-record.ts';

/** How a plan is carried out. */
export interface ApplyOptions {
  /**
   * Whether the adapter's parameters are inputs of the model under their full names, instead of
   * weights in it: what training differentiates by. Such a model is no graft that could be removed.
   * For one adapter. Default false.
   */
  readonly fed?: boolean;
  /** The sensor of the plan. */
  readonly sensor?: Sensor | undefined;
}

/**
 * Carries a plan out: a model with PIP's nodes, weights, inputs and stamp. Every
 * other record of the host keeps its bytes; the model handed in is unchanged.
 *
 * @param adapters those of the plan, in any order; one that the plan leaves out may be among them
 * @param tool written into the stamp
 *
 * Errors: `INVALID_ARGUMENT` when an adapter of the plan, or its sensor, is not there; `UNSUPPORTED_HOST` when the
 * host has a value with a parameter's name and these shall be inputs.
 *
 * @example
 * const grafted = applyPlan(model, requirePlan(planGraft(request)), [adapter], { name: 'graft', version: '0.1.0' });
 */
export function applyPlan(
  model: Model,
  plan: Plan,
  adapters: readonly Adapter[],
  tool: GraftTool,
  { fed = false, sensor }: ApplyOptions = {},
): Model {
  const names = new NameScope(model);
  const parameters = fed ? fedParameters(model, plan, adapters, names) : [];
  // Taken first, as when planned, so that they have the planned names.
  for (const name of plan.inputs ? Object.values(plan.inputs) : []) names.take(name);
  if (plan.auto) names.take(plan.auto.output);
  const auto = autoOf(model, plan, sensor);
  const emitted = emitPip({
    adapters: plan.adapters.map((planned) => ({ ...pick(planned, adapters), fed })),
    opset: Math.min(plan.host.opset, planOpsets.checked),
    names,
    prefix: plan.prefix,
    sites: plan.levels.map(({ site, dataType }) => ({
      level: site.level,
      value: site.value,
      layout: site.layout,
      extent: site.extent,
      dataType,
    })),
    steering: steeringOf(plan),
    auto,
  });
  const grafted = splice(model, plan.prefix, {
    fragments: emitted.map(({ fragment, output }, index) => {
      const { value, uses } = plan.levels[index]!.site;
      return { fragment, redirects: [{ value, uses, to: output }] };
    }),
    inputs: addedInputs(plan),
    outputs: addedOutputs(model, plan),
    stamp: (undo) => ({
      key: stampKey,
      value: JSON.stringify(recordOf(plan, emitted, tool, undo)),
    }),
  });
  if (parameters.length === 0) return grafted;
  return extendGraph(grafted, { fragment: { nodes: [], initializers: [] }, inputs: parameters });
}

/** An adapter's config with the levels alone that a plan grafts. */
export function plannedConfig({ levels }: Plan, config: PipConfig): PipConfig {
  const planned = new Set(levels.map(({ site }) => site.level));
  return { ...config, levels: config.levels.filter(({ level }) => planned.has(level)) };
}

/** The parameters of the grafted levels as inputs without a default. */
function fedParameters(
  model: Model,
  plan: Plan,
  adapters: readonly Adapter[],
  names: NameScope,
): ValueSpec[] {
  return plan.adapters.flatMap((planned) => {
    const { config } = pick(planned, adapters);
    return pipParameters(plannedConfig(plan, config)).map(({ name, dims }) => {
      if (names.take(name) === name) return { name, dataType: 'float32' as const, dims };
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `${model.source.label}: it has a value '${name}', which is a parameter's name; rename it to train on this host.`,
      );
    });
  });
}

/** No two adapters of a plan have a label in common, so labels name one. */
function pick({ name, labels }: PlannedAdapter, adapters: readonly Adapter[]): Adapter {
  const found = adapters.find(({ config }) => config.labels.join() === labels.join());
  if (found) return found;
  throw new GraftError('INVALID_ARGUMENT', `The plan's adapter '${name}' was not handed in.`);
}

function autoOf(model: Model, { auto, labels }: Plan, sensor: Sensor | undefined) {
  if (auto === null) return undefined;
  if (sensor === undefined || sensor.name !== auto.name || sensor.digest !== auto.digest)
    throw new GraftError('INVALID_ARGUMENT', `The plan's sensor '${auto.name}' was not handed in.`);
  const { output } = auto;
  return { sensor: orderSensor(sensor, labels), image: sensorImage(model), output };
}

function addedOutputs(model: Model, { auto, labels, prefix }: Plan): ValueSpec[] {
  if (auto === null) return [];
  const batch = sensorImage(model).batch ?? `${prefix}_images`;
  return [{ name: auto.output, dataType: 'float32', dims: [batch, labels.length] }];
}

function steeringOf({ inputs, baked }: Plan) {
  if (inputs !== null) return { kind: 'inputs', ...inputs } as const;
  return { kind: 'baked', weights: baked?.weights ?? [], strength: baked?.strength ?? 1 } as const;
}

/** The inputs with the values they have when a caller leaves them out: `degradation` as one row for all images. */
function addedInputs({
  inputs,
  labels,
  defaultDegradation,
  prefix,
  requireInputs,
}: Plan): AddedInput[] {
  if (inputs === null) return [];
  const { degradation, strength } = inputs;
  const dataType = 'float32';
  const floats = (values: readonly number[]) => encodeFloats(Float32Array.from(values), dataType);
  const added: Required<AddedInput>[] = [
    {
      value: { name: degradation, dataType, dims: [`${prefix}_rows`, labels.length] },
      default: {
        name: degradation,
        dataType,
        dims: [1, labels.length],
        data: floats(defaultDegradation),
      },
    },
    {
      value: { name: strength, dataType, dims: [] },
      default: { name: strength, dataType, dims: [], data: floats([1]) },
    },
  ];
  return requireInputs ? added.map(({ value }) => ({ value })) : added;
}

function recordOf(
  plan: Plan,
  emitted: readonly EmittedLevel[],
  tool: GraftTool,
  undo: SpliceUndo,
): GraftRecord {
  const { family, fingerprint, digest } = plan.host;
  return {
    formatVersion: graftRecordVersion,
    tool,
    adapters: plan.adapters,
    host: { family, fingerprint, digest },
    labels: plan.labels,
    inputs: plan.inputs,
    defaultDegradation: plan.defaultDegradation,
    baked: plan.baked,
    auto: plan.auto,
    sites: plan.levels.map(({ site }, index) => {
      const { evidence: _, ...rest } = site;
      const { output, modules } = emitted[index]!;
      return { ...rest, output, modules };
    }),
    undo,
  };
}
