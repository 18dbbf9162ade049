import type { Host } from '@pip-graft/graft';
import {
  extendGraph,
  fixInputDims,
  GraftError,
  GraphBuilder,
  type Model,
  mainImage,
  NameScope,
  ops,
} from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import { gradientOf } from '../gradient/gradient-of.ts';
import { emitLoss, type LossKind } from './emit-loss.ts';
import { graftFed } from './graft-fed.ts';
import { hostParameters, type LearnedPart } from './host-parameters.ts';

/** What a step computes, and at which size. */
export interface TrainingGraphOptions {
  readonly batch: number;
  /** Side of the patches in pixels. */
  readonly patch: number;
  readonly loss: LossKind;
  /** Weight of the angles between degradation prompts in the loss; 2e-5 in the paper's recipe. */
  readonly angles: number;
  /** Default `pip`. */
  readonly learn?: LearnedPart;
}

/** One training step as a model, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: Model;
  readonly input: string;
  readonly target: string;
  /** Left out without an adapter. */
  readonly steering: { readonly degradation: string; readonly strength: string } | null;
  readonly loss: string;
  /** Mean squared error, for the PSNR. */
  readonly error: string;
  /** Gradient by each parameter; the parameters are inputs under their names. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * A step of prompt learning as an ONNX model: a host with an adapter whose parameters are fed, the
 * loss, and its gradients by these parameters. The host is frozen by default: of it, only what lies
 * between the skip connections and the output is differentiated.
 *
 * Errors: refusals of the plan; `UNSUPPORTED_HOST`, naming the node, for an operator without a rule;
 * `INVALID_ARGUMENT` when there is nothing to learn.
 *
 * @param adapter null to train the host by itself
 *
 * @example
 * const { model, gradients } = trainingGraph(host, adapter, { batch: 4, patch: 64, loss: 'smooth-l1', angles: 2e-5 });
 */
export function trainingGraph(
  host: Host,
  adapter: Adapter | null,
  options: TrainingGraphOptions,
): TrainingGraph {
  const { batch, patch, angles, learn = 'pip' } = options;
  const image = mainImage(host.model);
  const [output] = host.model.graph.outputs;
  if (!image || !output)
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${host.model.source.label}: it has no image input and output to train on.`,
    );
  const grafted = adapter && graftFed(host, adapter);
  const own = hostParameters(host, learn).map(({ name }) => name);
  const wrt = [...(grafted?.parameters ?? []), ...own];
  if (wrt.length === 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${host.model.source.label}: without an adapter nothing is learned but with all of the host.`,
    );
  const channels = typeof image.dims[1] === 'number' ? image.dims[1] : 3;
  const shape = [batch, channels, patch, patch];
  const fixed = fixInputDims(grafted?.model ?? host.model, {
    [image.name]: shape,
    ...(grafted ? { [grafted.steering.degradation]: [batch, grafted.labels] } : {}),
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
  const turned = grafted?.angles(g);
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
    ...{ loss, wrt, outputs: [error] },
    sizes: { batch, height: patch, width: patch },
  });
  const steering = grafted?.steering ?? null;
  return { model, input: image.name, target, steering, loss, error, gradients };
}
