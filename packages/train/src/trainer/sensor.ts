import { buildModel, GraphBuilder, type Model, NameScope } from '@pip-graft/onnx-graft';
import { emitSensor, type Sensor, type SensorConfig, sensorParameters } from '@pip-graft/pip-core';
import { createSession, runModel } from '@pip-graft/runtime';
import { float32Tensor } from '@pip-graft/weights';
import { gradientOf } from '../gradient/gradient-of.ts';
import { emitBinaryCrossEntropy } from '../graph/emit-loss.ts';
import type { TrainingGraph } from '../graph/learner-graph.ts';
import type { BatchSource } from './train-adapter.ts';

/**
 * Builds a sensor alone, without a network to steer: from `image`, float32 (B,3,H,W) of 0 to 1, to
 * `probabilities`, float32 (B,T), in the order of its labels.
 *
 * @example const session = await createSession(sensorModel(readSensor('my-sensor')));
 */
function sensorModel({ config, tensors }: Sensor): Model {
  const names = new NameScope();
  const image = names.take('image');
  const probabilities = names.take('probabilities');
  const g = new GraphBuilder({ opset: 17, prefix: 'sensor', taken: names });
  const logits = emitSensor(g, image, config, (name) => {
    const { dims, data } = tensors.get(name)!;
    return { kind: 'fixed', dims, data };
  });
  g.node('Sigmoid', [logits], {}, { outputs: [probabilities] });
  const value = (name: string, dims: readonly (number | string)[]) => ({
    name,
    dataType: 'float32' as const,
    dims,
  });
  return buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'sensor',
    producer: { name: 'pip-graft', version: '0' },
    ...g.fragment(),
    inputs: [value(image, ['batch', 3, 'height', 'width'])],
    outputs: [value(probabilities, ['batch', config.labels.length])],
  });
}

/** Operator set of the step. */
const opset = 17;

/** Sizes of a sensor's training step. */
export interface SensorGraphOptions {
  readonly batch: number;
  /** Side of the patches in pixels. */
  readonly patch: number;
  /** Recompute activations in the backward pass instead of keeping them. Default: false. */
  readonly checkpointing?: boolean;
}

/**
 * Builds a sensor's training step as an ONNX model: the classifier that a graft gets, with fed
 * parameters, binary cross-entropy of each label against the labels present in each patch, and its
 * gradients.
 *
 * @example
 * const stepper = await openStepper(sensorGraph(sensor.config, { batch: 16, patch: 64 }));
 */
export function sensorGraph(
  config: SensorConfig,
  { batch, patch, checkpointing = false }: SensorGraphOptions,
): TrainingGraph {
  const parameters = sensorParameters(config);
  const dims = new Map(parameters.map((spec) => [spec.name, spec.dims]));
  const names = new NameScope();
  const [image, target] = ['image', 'target'].map((name) => names.take(name)) as [string, string];
  for (const name of dims.keys()) names.take(name);
  const g = new GraphBuilder({ opset, prefix: 'sensor', taken: names });
  const logits = emitSensor(g, image, config, (name) => ({
    kind: 'fed',
    dims: dims.get(name)!,
    value: name,
  }));
  const { loss, error } = emitBinaryCrossEntropy(g.scope('loss'), logits, target);
  const input = (name: string, shape: readonly number[]) => ({
    name,
    dataType: 'float32' as const,
    dims: shape,
  });
  const forward = buildModel({
    irVersion: 8,
    opset,
    graphName: 'sensor',
    producer: { name: 'pip-graft', version: '0' },
    ...g.fragment(),
    inputs: [
      input(image, [batch, 3, patch, patch]),
      input(target, [batch, config.labels.length]),
      ...parameters.map((spec) => input(spec.name, spec.dims)),
    ],
    outputs: [input(loss, [])],
  });
  const { model, gradients } = gradientOf(forward, {
    loss,
    wrt: [...dims.keys()],
    outputs: [error],
    checkpointing,
    sizes: { batch, height: patch, width: patch },
  });
  const feeds = { [image]: 'inputs', [target]: 'present' } as const;
  return { model, feeds, loss, error, figure: 'accuracy', gradients };
}

/** How well a sensor finds one label: shares of patches, null without such patches. */
export interface SensorFigures {
  readonly label: string;
  /** Share of all patches with the right answer: likelier than not if present, else not. */
  readonly right: number | null;
  /** Share of the patches with the label in which it is not found. */
  readonly missed: number | null;
  /** Share of the patches without the label in which it is found. */
  readonly falsely: number | null;
}

/**
 * Judges a sensor on some batches, label by label.
 *
 * Errors: those of batches and of the runtime.
 *
 * @example const [noise] = await judgeSensor(sensor, batches, 40);
 */
export async function judgeSensor(
  sensor: Sensor,
  batches: BatchSource,
  count: number,
): Promise<SensorFigures[]> {
  const { labels } = sensor.config;
  const { source } = sensorModel(sensor);
  const session = await createSession(source.read(0, source.size));
  const counts = labels.map(() => ({ present: 0, absent: 0, missed: 0, falsely: 0 }));
  try {
    for (let step = 0; step < count; step++) {
      const { inputs, present } = await batches.next();
      const size = present.length / labels.length;
      const side = Math.sqrt(inputs.length / (3 * size));
      const feeds = { image: float32Tensor([size, 3, side, side], inputs) };
      const probabilities = (await runModel(session, feeds))['probabilities']!.data as Float32Array;
      for (const [at, target] of present.entries()) {
        const found = probabilities[at]! > 0.5;
        const one = counts[at % labels.length]!;
        one[target === 1 ? 'present' : 'absent']++;
        if (found !== (target === 1)) one[found ? 'falsely' : 'missed']++;
      }
    }
  } finally {
    await session.release();
  }
  const share = (part: number, of: number) => (of === 0 ? null : part / of);
  return labels.map((label, at) => {
    const { present, absent, missed, falsely } = counts[at]!;
    const all = present + absent;
    return {
      label,
      right: share(all - missed - falsely, all),
      missed: share(missed, present),
      falsely: share(falsely, absent),
    };
  });
}
