import {
  extendGraph,
  fixInputDims,
  GraftError,
  GraphBuilder,
  type ImageInput,
  type Model,
  NameScope,
  ops,
  type ValueInfo,
} from '@pip-graft/onnx-graft';
import type { Batch } from '../data/batch.ts';
import { gradientOf } from '../gradient/gradient-of.ts';
import { emitLoss, type Figure, type LossKind } from './emit-loss.ts';

/** The part of a batch that an input gets, or a constant. */
export type Feed = keyof Pick<Batch, 'inputs' | 'targets' | 'weights' | 'present'> | number;

/** One training step as a model, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: Model;
  /** Feeds by input. Parameters are inputs too, under their own names. */
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly loss: string;
  /** Mean squared error, or the share of labels wrongly found present or absent. */
  readonly error: string;
  /** The figure shown for that error. */
  readonly figure: Figure;
  /** Gradient by each parameter. */
  readonly gradients: ReadonlyMap<string, string>;
}

/** A model that restores, and its learned parameters. */
export interface Learner {
  readonly model: Model;
  /** The image input; fed parameters can look like images too. */
  readonly image: ImageInput | undefined;
  /** The image output; default: the first. */
  readonly output?: string | undefined;
  /** Inputs and initializers. */
  readonly parameters: readonly string[];
  /** Null if nothing steers it. */
  readonly steering: { readonly degradation: string; readonly strength: string } | null;
  /** Number of labels. */
  readonly labels?: number;
  /** A term of the loss: the angles between degradation prompts. */
  readonly angles?: (g: GraphBuilder) => string | undefined;
}

/** Loss and sizes of a step. */
export interface LearnerGraphOptions {
  readonly batch: number;
  /** Side of the patches in pixels. */
  readonly patch: number;
  readonly loss: LossKind;
  /** Weight of the angles between degradation prompts in the loss; 2e-5 in the paper's recipe. */
  readonly angles: number;
  /**
   * Recompute activations in the backward pass instead of keeping them: less memory, more time, and
   * on the CPU the same gradients bit for bit. Default: false.
   */
  readonly checkpointing?: boolean;
}

/**
 * Builds a training step as an ONNX model: a model with fed parameters, the loss, and its gradients
 * by these parameters. Differentiates only what is between the parameters and the output.
 *
 * Errors: `UNSUPPORTED_HOST`, naming the node, for an operator without a rule; `INVALID_ARGUMENT`
 * if there is nothing to learn.
 *
 * @example
 * const graph = learnerGraph(graftFed(host, adapter), { batch: 4, patch: 64, loss: 'smooth-l1', angles: 2e-5 });
 */
export function learnerGraph(learner: Learner, options: LearnerGraphOptions): TrainingGraph {
  const {
    model: given,
    image,
    parameters: wrt,
    steering,
    labels = 0,
    angles: emitAngles,
  } = learner;
  const { batch, patch, angles, checkpointing = false } = options;
  const output = outputOf(learner);
  if (!image || !output)
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${given.source.label}: it has no image input and output to train on.`,
    );
  if (wrt.length === 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${given.source.label}: without an adapter, only all of the host can be trained.`,
    );
  const channels = typeof image.dims[1] === 'number' ? image.dims[1] : 3;
  const shape = [batch, channels, patch, patch];
  const fixed = fixInputDims(given, {
    [image.name]: shape,
    ...(steering ? { [steering.degradation]: [batch, labels] } : {}),
  });
  const names = new NameScope(fixed);
  const g = new GraphBuilder({
    opset: Math.min(23, fixed.opsets.get('') ?? 0),
    prefix: 'loss',
    taken: names,
  });
  const target = names.take('target');
  const difference = ops.sub(g, output.name, target);
  const distance = emitLoss(g, difference, options.loss);
  const turned = emitAngles?.(g);
  const loss =
    turned === undefined || angles === 0
      ? distance
      : ops.add(g, distance, ops.mul(g, turned, g.scalar(angles, 'float32')));
  const squared = ops.mul(g, difference, difference);
  const error = g.node('ReduceMean', [squared], { keepdims: { int: 0 } })[0]!;
  const whole = extendGraph(fixed, {
    fragment: g.fragment(),
    inputs: [{ name: target, dataType: 'float32', dims: shape }],
    outputs: [{ name: loss, dataType: 'float32', dims: [] }],
  });
  const { model, gradients } = gradientOf(whole, {
    loss,
    wrt,
    outputs: [error],
    checkpointing,
    sizes: { batch, height: patch, width: patch },
  });
  const feeds: Record<string, Feed> = {
    [image.name]: 'inputs',
    [target]: 'targets',
    ...(steering ? { [steering.degradation]: 'weights', [steering.strength]: 1 } : {}),
  };
  return { model, feeds, loss, error, figure: 'psnr', gradients };
}

/** Returns the image output of a model, which may have several outputs. */
export function outputOf({ model, output }: Learner): ValueInfo | undefined {
  const { outputs } = model.graph;
  return outputs.find(({ name }) => name === output) ?? outputs[0];
}
