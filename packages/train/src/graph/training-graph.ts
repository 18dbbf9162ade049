import { type Host, planOn } from '@pip-graft/graft';
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
import {
  type Adapter,
  applyPlan,
  parameterName,
  pipParameters,
  requirePlan,
} from '@pip-graft/pip-core';
import { gradientOf } from '../gradient/gradient-of.ts';
import { emitAngles } from './emit-angles.ts';
import { emitLoss, type LossKind } from './emit-loss.ts';

/** What a step computes, and at which size. */
export interface TrainingGraphOptions {
  readonly batch: number;
  /** Side of the patches in pixels. */
  readonly patch: number;
  readonly loss: LossKind;
  /** Weight of the angles between degradation prompts in the loss; 2e-5 in the paper's recipe. */
  readonly angles: number;
}

/** One training step as a model, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: Model;
  readonly input: string;
  readonly target: string;
  readonly degradation: string;
  readonly strength: string;
  readonly loss: string;
  /** Mean squared error, for the PSNR. */
  readonly error: string;
  /** Gradient by each parameter; the parameters are inputs under their names. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * A step of prompt learning as an ONNX model: a host with an adapter whose parameters are fed, the
 * loss, and its gradients by these parameters. The host is frozen: of it, only what lies between the
 * skip connections and the output is differentiated.
 *
 * Errors: refusals of the plan; `UNSUPPORTED_HOST`, naming the node, for an operator without a rule.
 *
 * @example
 * const { model, gradients } = trainingGraph(host, adapter, { batch: 4, patch: 64, loss: 'smooth-l1', angles: 2e-5 });
 */
export function trainingGraph(
  host: Host,
  adapter: Adapter,
  options: TrainingGraphOptions,
): TrainingGraph {
  const { batch, patch, loss: kind, angles } = options;
  const plan = requirePlan(planOn(host, adapter, { requireInputs: true }));
  const image = mainImage(host.model);
  const [output] = host.model.graph.outputs;
  if (!image || !output || !plan.inputs)
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${host.model.source.label}: it has no image input and output to train on.`,
    );
  const { degradation, strength } = plan.inputs;
  const tool = { name: 'train', version: '0' };
  const grafted = applyPlan(host.model, plan, [adapter], tool, { fed: true });
  const { labels } = adapter.config;
  const channels = typeof image.dims[1] === 'number' ? image.dims[1] : 3;
  const shape = [batch, channels, patch, patch];
  const fixed = fixInputDims(grafted, {
    [image.name]: shape,
    [degradation]: [batch, labels.length],
  });
  const names = new NameScope(fixed);
  const g = new GraphBuilder({
    opset: Math.min(23, fixed.opsets.get('') ?? 0),
    prefix: 'loss',
    taken: names,
  });
  const target = names.take('target');
  const difference = ops.sub(g, output.name, target);
  const distance = emitLoss(g, difference, kind);
  const terms = plan.levels.map(({ site }) => {
    const level = adapter.config.levels.find((each) => each.level === site.level)!;
    const prompts = parameterName(site.level, 'prompt.detask_prompt_param');
    return emitAngles(g, prompts, labels.length, level.promptChannels);
  });
  const regular = terms.reduce((sum, term) => ops.add(g, sum, term));
  const loss =
    angles === 0 || labels.length < 2
      ? distance
      : ops.add(g, distance, ops.mul(g, regular, g.scalar(angles, 'float32')));
  const squared = ops.mul(g, difference, difference);
  const error = g.node('ReduceMean', [squared], { keepdims: { int: 0 } })[0]!;
  const whole = extendGraph(fixed, {
    fragment: g.fragment(),
    inputs: [{ name: target, dataType: 'float32', dims: shape }],
    outputs: [{ name: loss, dataType: 'float32', dims: [] }],
  });
  const levels = new Set(plan.levels.map(({ site }) => site.level));
  const parameters = pipParameters({
    ...adapter.config,
    levels: adapter.config.levels.filter(({ level }) => levels.has(level)),
  });
  const { model, gradients } = gradientOf(whole, {
    loss,
    wrt: parameters.map(({ name }) => name),
    sizes: { batch, height: patch, width: patch },
    outputs: [error],
  });
  return { model, input: image.name, target, degradation, strength, loss, error, gradients };
}
