import {
  buildModel,
  exposeValues,
  type FloatType,
  type Model,
  NameScope,
  type ValueSpec,
} from '@pip-graft/onnx-graft';
import { emitPip, type LevelValues, type PipConfig, type PipSteering } from '@pip-graft/pip-core';
import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** The values emitted at a site, by role. */
export type SiteValues = LevelValues & { readonly output: string };

/** A model that consists of one emitted level, on an input named `feature`. */
export interface OneSite {
  readonly model: Model;
  readonly values: SiteValues;
}

export interface OneSiteOptions {
  readonly opset?: number;
  readonly dataType?: FloatType;
  readonly steering?: PipSteering;
}

const inputs = { kind: 'inputs', degradation: 'degradation', strength: 'strength' } as const;

/** Emits the first level of a config and wraps it in a model with free batch, height and width. */
export function oneSite(
  config: PipConfig,
  tensors: TensorMap,
  options: OneSiteOptions = {},
): OneSite {
  const { opset = 17, dataType = 'float32', steering = inputs } = options;
  const { level, channels } = config.levels[0]!;
  const [emitted] = emitPip({
    adapters: [{ config, tensors }],
    opset,
    names: new NameScope(),
    prefix: 'pip',
    sites: [{ level, value: 'feature', dataType }],
    steering,
  });
  const steered: ValueSpec[] = [
    { name: 'degradation', dataType: 'float32', dims: ['rows', config.labels.length] },
    { name: 'strength', dataType: 'float32', dims: [] },
  ];
  const { fragment, output, modules } = emitted!;
  const values = { ...modules[0]!.values, output };
  const model = buildModel({
    irVersion: 6,
    opset,
    graphName: 'one-site',
    producer: { name: 'test', version: '0' },
    ...fragment,
    inputs: [
      { name: 'feature', dataType, dims: ['n', channels, 'h', 'w'] },
      ...(steering.kind === 'inputs' ? steered : []),
    ],
    outputs: [{ name: values.output, dataType, dims: [null, channels, 'h', 'w'] }],
  });
  return { model, values };
}

export type Level = 'disabled' | 'basic' | 'extended' | 'all';

/** Runs a one-site model and returns the requested values. */
export async function runOneSite(
  { model, values }: OneSite,
  feeds: Readonly<Record<string, FloatTensor>>,
  wanted: readonly (keyof SiteValues)[] = ['output'],
  level: Level = 'basic',
): Promise<FloatTensor[]> {
  const names = wanted.map((key) => values[key]);
  const exposed = exposeValues(model, names);
  const session = await InferenceSession.create(exposed.source.read(0, exposed.source.size), {
    graphOptimizationLevel: level,
    logSeverityLevel: 3,
  });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, dims }]) => [name, new Tensor('float32', data, dims)] as const,
    );
    const results = await session.run(Object.fromEntries(tensors), names);
    return names.map((name) => ({
      dims: results[name]!.dims,
      data: results[name]!.data as Float32Array,
    }));
  } finally {
    await session.release();
  }
}

/** Largest absolute difference; infinite if a shape differs or a number is not finite. */
export function maxError(actual: FloatTensor, expected: FloatTensor): number {
  if (actual.dims.join() !== expected.dims.join()) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const error = Math.abs(actual.data[i]! - expected.data[i]!);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}
