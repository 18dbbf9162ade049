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
import type { PipConfig } from '../config/pip-config.ts';
import { type EmittedLevel, emitPip } from '../emit/emit-pip.ts';
import { pipParameters } from '../parameters/level-parameters.ts';
import { planOpsets, stampKey } from '../plan/check-host.ts';
import type { Plan, PlanSummary } from '../plan/plan.ts';
import { sensorImage } from '../plan/plan-sensor.ts';
import { orderSensor } from '../sensor/sensor.ts';
import { type GraftRecord, type GraftTool, graftRecordVersion } from './graft-record.ts';

/** Options of {@link applyPlan}. */
export interface ApplyOptions {
  /**
   * Whether the adapter's parameters are inputs of the model under their full names instead of
   * weights in it, so that training can differentiate by them. Such a graft cannot be removed. For
   * one adapter only. Default: false.
   */
  readonly fed?: boolean;
}

/**
 * Applies a plan: returns a model with PIP's nodes, weights, inputs and stamp. Every other record
 * of the host keeps its bytes; the host is unchanged.
 *
 * @param tool written into the stamp
 *
 * Errors: `UNSUPPORTED_HOST` if parameters become inputs and the host has a value with a
 * parameter's name.
 *
 * @example
 * const grafted = applyPlan(requirePlan(makePlan(request)), { name: 'graft', version: '0.1.0' });
 */
export function applyPlan(plan: Plan, tool: GraftTool, { fed = false }: ApplyOptions = {}): Model {
  const { model, adapters, summary } = plan;
  const names = new NameScope(model);
  const parameters = fed ? fedParameters(plan, names) : [];
  // Taken first, as in planning, so that they get the planned names.
  for (const name of summary.inputs ? Object.values(summary.inputs) : []) names.take(name);
  if (summary.auto) names.take(summary.auto.output);
  const emitted = emitPip({
    adapters: adapters.map((adapter) => ({ ...adapter, fed })),
    opset: Math.min(summary.host.opset, planOpsets.checked),
    names,
    prefix: summary.prefix,
    sites: summary.levels.map(({ site, dataType }) => ({
      level: site.level,
      value: site.value,
      layout: site.layout,
      extent: site.extent,
      dataType,
    })),
    steering: steeringOf(summary),
    auto: autoOf(plan),
  });
  const grafted = splice(model, summary.prefix, {
    fragments: emitted.map(({ fragment, output }, index) => {
      const { value, uses } = summary.levels[index]!.site;
      return { fragment, redirects: [{ value, uses, to: output }] };
    }),
    inputs: addedInputs(summary),
    outputs: addedOutputs(model, summary),
    stamp: (undo) => ({
      key: stampKey,
      value: JSON.stringify(recordOf(summary, emitted, tool, undo)),
    }),
  });
  if (parameters.length === 0) return grafted;
  return extendGraph(grafted, { fragment: { nodes: [], initializers: [] }, inputs: parameters });
}

/** An adapter's config with only the levels that a plan grafts. */
export function plannedConfig({ levels }: PlanSummary, config: PipConfig): PipConfig {
  const planned = new Set(levels.map(({ site }) => site.level));
  return { ...config, levels: config.levels.filter(({ level }) => planned.has(level)) };
}

/** Parameters of the grafted levels as inputs without a default. */
function fedParameters({ model, adapters, summary }: Plan, names: NameScope): ValueSpec[] {
  return adapters.flatMap(({ config }) => {
    return pipParameters(plannedConfig(summary, config)).map(({ name, dims }) => {
      if (names.take(name) === name) return { name, dataType: 'float32' as const, dims };
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `${model.source.label}: it has a value '${name}', which is a parameter's name; rename it to train on this host.`,
      );
    });
  });
}

function autoOf({ model, sensor, summary: { auto, labels } }: Plan) {
  if (auto === null || sensor === null) return undefined;
  return { sensor: orderSensor(sensor, labels), image: sensorImage(model), output: auto.output };
}

function addedOutputs(model: Model, { auto, labels, prefix }: PlanSummary): ValueSpec[] {
  if (auto === null) return [];
  const batch = sensorImage(model).batch ?? `${prefix}_images`;
  return [{ name: auto.output, dataType: 'float32', dims: [batch, labels.length] }];
}

function steeringOf({ inputs, baked }: PlanSummary) {
  if (inputs !== null) return { kind: 'inputs', ...inputs } as const;
  return { kind: 'baked', weights: baked?.weights ?? [], strength: baked?.strength ?? 1 } as const;
}

/** The inputs with their default values: `degradation` as one row for all images. */
function addedInputs({
  inputs,
  labels,
  defaultDegradation,
  prefix,
  inputKind,
}: PlanSummary): AddedInput[] {
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
  return inputKind === 'required' ? added.map(({ value }) => ({ value })) : added;
}

function recordOf(
  plan: PlanSummary,
  emitted: readonly EmittedLevel[],
  tool: GraftTool,
  undo: SpliceUndo,
): GraftRecord {
  const { family, fingerprint, digest, image } = plan.host;
  return {
    formatVersion: graftRecordVersion,
    tool,
    adapters: plan.adapters,
    host: { family, fingerprint, digest, image },
    labels: plan.labels,
    inputs: plan.inputs,
    inputKind: plan.inputKind,
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
