import { join } from 'node:path';
import { argument } from '@pip-graft/onnx-graft';
import { saveModel, temporaryFolder } from '@pip-graft/onnx-graft/node';
import { createSession, runModel, type Session, type SessionOptions } from '@pip-graft/runtime';
import { float32Tensor, type TensorMap } from '@pip-graft/weights';
import type { Batch } from '../data/batch.ts';
import type { TrainingGraph } from '../graph/learner-graph.ts';
import type { RestorerGraph } from '../graph/restorer-graph.ts';

/** Loss, error and gradients of a step. */
export interface StepResult {
  readonly loss: number;
  /** See {@link TrainingGraph.error}. */
  readonly error: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** The parts of a batch that a step is fed; `present` is for sensors. */
export type StepBatch = Pick<Batch, 'inputs' | 'targets' | 'weights'> &
  Partial<Pick<Batch, 'present'>>;

/** A loaded training graph. Release it. */
export interface Stepper {
  readonly session: Session;
  /** Computes loss and gradients of a batch at given parameters. */
  run(batch: StepBatch, parameters: TensorMap): Promise<StepResult>;
  release(): Promise<void>;
}

/**
 * Loads a training graph by way of a temporary file, so that its weights are in memory only once,
 * in onnxruntime.
 *
 * Errors: those of `createSession`, `WRITE_FAILED`; from `run`, those of `runModel`.
 *
 * @example const stepper = await openStepper(trainingGraph(host, adapter, options));
 */
export async function openStepper(
  graph: TrainingGraph,
  options: SessionOptions = {},
): Promise<Stepper> {
  const takes = 'a graph, which `trainingGraph` returns,';
  argument.requireKind(graph, { member: 'feeds', place: 'openStepper', takes });
  const { session, release } = await load(graph, options);
  const feed = feeder(session, graph.feeds);
  return {
    session,
    async run(batch, parameters) {
      const results = await runModel(session, feed(batch, parameters));
      const floats = (name: string): Float32Array => results[name]!.data as Float32Array;
      return {
        loss: floats(graph.loss)[0]!,
        error: floats(graph.error)[0]!,
        gradients: new Map([...graph.gradients].map(([of, name]) => [of, floats(name)])),
      };
    },
    release,
  };
}

/** A loaded restorer. Release it. */
export interface PatchRestorer {
  /** Restores a batch's inputs at given parameters to patches (B,3,P,P), not clipped. */
  run(batch: Pick<Batch, 'inputs' | 'weights'>, parameters: TensorMap): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Loads a restorer as {@link openStepper} loads a step, with the same errors. */
export async function openRestorer(
  graph: RestorerGraph,
  options: SessionOptions = {},
): Promise<PatchRestorer> {
  const { session, release } = await load(graph, options);
  const feed = feeder(session, graph.feeds);
  return {
    async run({ inputs, weights }, parameters) {
      const feeds = feed({ inputs, weights, targets: inputs }, parameters);
      return (await runModel(session, feeds))[graph.output]!.data as Float32Array;
    },
    release,
  };
}

/** Makes the feeds of a session from a batch and parameters. */
function feeder(session: Session, feeds: TrainingGraph['feeds']) {
  const shapes = new Map(session.inputs.map(({ name, dims }) => [name, dims.map(Number)]));
  return (batch: StepBatch, parameters: TensorMap) => {
    const learned = [...parameters].map(
      ([name, { dims, data }]) => [name, float32Tensor(dims, data)] as const,
    );
    const given = Object.entries(feeds).map(([name, feed]) => {
      const values = typeof feed === 'number' ? Float32Array.of(feed) : batch[feed]!;
      return [name, float32Tensor(shapes.get(name)!, values)] as const;
    });
    return Object.fromEntries([...learned, ...given]);
  };
}

/**
 * Optimisers that fuse operators whose values nothing else reads. Without a backward pass that
 * reads them, as with checkpointing, they would round a forward pass differently.
 */
const fusions = [
  'GeluFusionL1',
  'GeluFusionL2',
  'LayerNormFusionL1',
  'LayerNormFusionL2',
  'SimplifiedLayerNormFusion',
];

async function load(
  { model }: Pick<TrainingGraph, 'model'>,
  options: SessionOptions,
): Promise<{ readonly session: Session; release(): Promise<void> }> {
  const { path: folder, remove } = await temporaryFolder();
  try {
    const path = join(folder, 'training.onnx');
    await saveModel(model, path, { durable: false });
    const session = await createSession(path, {
      label: 'training',
      withoutOptimisers: fusions,
      ...options,
    });
    // On a device, the file is read again with the first batch; on the CPU, removing it now leaves
    // nothing behind if the run is killed.
    if (session.device === 'cpu') await remove();
    const release = async (): Promise<void> => {
      await session.release();
      await remove();
    };
    return { session, release };
  } catch (error) {
    await remove();
    throw error;
  }
}
