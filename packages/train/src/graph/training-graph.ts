import { type Host, hostOf, planGraft } from '@pip-graft/graft';
import {
  argument,
  convertPrecision,
  elementCount,
  GraftError,
  type GraphBuilder,
  type ImageInput,
  type Model,
  mainImage,
  type Node,
  ops,
  own,
  readTensor,
  type Tensor,
} from '@pip-graft/onnx-graft';
import {
  type Adapter,
  applyPlan,
  parameterName,
  pipParameters,
  plannedConfig,
} from '@pip-graft/pip-core';
import { decodeFloats, type FloatTensor, type TensorMap } from '@pip-graft/weights';
import { emitAngles } from './emit-loss.ts';
import {
  type Learner,
  type LearnerGraphOptions,
  learnerGraph,
  type TrainingGraph,
} from './learner-graph.ts';

/** A grafted model whose parameters are fed. */
export interface FedGraft {
  readonly model: Model;
  readonly image: ImageInput | undefined;
  /** Names of the inputs for the adapter's parameters. */
  readonly parameters: readonly string[];
  readonly steering: { readonly degradation: string; readonly strength: string };
  /** Number of labels. */
  readonly labels: number;
  /** The angles between the degradation prompts of all levels; undefined for one label. */
  readonly angles: (g: GraphBuilder) => string | undefined;
}

/**
 * Grafts an adapter so that its parameters are inputs under their names. Errors: those of the plan.
 *
 * @example const { model, parameters } = graftFed(host, adapter);
 */
export function graftFed(host: Host, adapter: Adapter): FedGraft {
  const plan = planGraft(host, adapter, { inputs: 'required' });
  const config = plannedConfig(plan.summary, adapter.config);
  const { labels, levels } = config;
  return {
    image: mainImage(host.model),
    model: applyPlan(plan, { name: 'train', version: '0' }, { fed: true }),
    parameters: pipParameters(config).map(({ name }) => name),
    steering: plan.summary.inputs!,
    labels: labels.length,
    angles(g) {
      if (labels.length < 2) return undefined;
      const terms = levels.map(({ level, promptChannels }) =>
        emitAngles(
          g,
          parameterName(level, 'prompt.detask_prompt_param'),
          labels.length,
          promptChannels,
        ),
      );
      return terms.reduce((sum, term) => ops.add(g, sum, term));
    },
  };
}

/**
 * What is learned: the adapter, with the host after the skip connections, or with all of the host.
 */
export const learnedParts = ['pip', 'pip+decoder', 'all'] as const;
export type LearnedPart = (typeof learnedParts)[number];

/** Inputs through which operators take weights. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  Add: [0, 1],
  Mul: [0, 1],
};

/**
 * Returns the weights of a host that are learned along with an adapter: float32 initializers of
 * several elements that a layer reads as weights.
 */
export function hostParameters({ model, facts, located }: Host, part: LearnedPart): Tensor[] {
  if (part === 'pip') return [];
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const behind = (node: Node): boolean =>
    part === 'all' ||
    located.sites.some(({ value }) => facts.reaches(value, node.outputs[0] ?? ''));
  const found = new Set<Tensor>();
  for (const node of model.graph.nodes) {
    for (const input of own(weightInputs, node.opType) ?? []) {
      const tensor = tensors.get(node.inputs[input] ?? '');
      if (tensor?.dataType === 'float32' && elementCount(tensor.dims) > 1 && behind(node))
        found.add(tensor);
    }
  }
  return [...found];
}

/** Reads the numbers of host parameters, by name. */
export function readParameters(host: Host, parameters: readonly Tensor[]): TensorMap {
  return new Map(
    parameters.map((tensor): [string, FloatTensor] => {
      const bytes = readTensor(host.model, tensor);
      return [tensor.name, { dims: tensor.dims, data: decodeFloats(bytes, 'float32') }];
    }),
  );
}

/** Options of {@link trainingGraph}. */
export interface TrainingGraphOptions extends LearnerGraphOptions {
  /** Default: `pip`. */
  readonly learn?: LearnedPart | undefined;
}

/**
 * Builds a step of prompt learning as an ONNX model: a host with an adapter whose parameters are
 * fed, the loss, and its gradients by these parameters. The host is frozen by default: only its
 * part between the skip connections and the output is differentiated.
 *
 * A host in float16 is computed in float32, with the same weights; adapters stay bound to the
 * float16 file.
 *
 * Errors: those of the plan; `UNSUPPORTED_HOST`, naming the node, for an operator without a rule,
 * and for learning weights in float16; `INVALID_ARGUMENT` if there is nothing to learn.
 *
 * @param adapter null to train only the host
 *
 * @example
 * const { model, gradients } = trainingGraph(host, adapter, { batch: 4, patch: 64, loss: 'smooth-l1', angles: 2e-5 });
 */
export function trainingGraph(
  given: Host,
  adapter: Adapter | null,
  options: TrainingGraphOptions,
): TrainingGraph {
  argument.requireMembers(options, 'trainingGraph: options', {});
  const { learn, ...others } = options;
  return learnerGraph(learnerOf(given, adapter, { learn }), others);
}

/** The part of {@link TrainingGraphOptions} that says what is learned. */
export type LearnerOptions = Pick<TrainingGraphOptions, 'learn'>;

/** Returns the model that restores, with an adapter's parameters as inputs, and what it learns. */
export function learnerOf(
  given: Host,
  adapter: Adapter | null,
  { learn = 'pip' }: LearnerOptions,
): Learner {
  requirePlainImages(given);
  const host = widened(given, learn);
  const own = hostParameters(host, learn).map(({ name }) => name);
  if (!adapter)
    return {
      model: host.model,
      output: host.located.image?.output,
      image: mainImage(host.model),
      parameters: own,
      steering: null,
    };
  const grafted = graftFed(host, adapter);
  return {
    ...grafted,
    output: host.located.image?.output,
    parameters: [...grafted.parameters, ...own],
  };
}

/**
 * Rejects a host that does not take and make planar RGB of 0 to 1 in floats, as patches are.
 * Errors: `UNSUPPORTED_HOST`.
 */
function requirePlainImages({ model, located: { image } }: Host): void {
  if (!image) return;
  const { layout, dataType, values, beside } = image;
  const range = [values.input.range, values.output.range].find((one) => one && one !== '0..1');
  const why =
    (layout === 'NHWC' && 'its channels come last') ||
    (dataType === 'uint8' && 'it takes bytes') ||
    (range && `its values are ${range}`) ||
    (values.input.order === 'bgr' && 'its colours are BGR') ||
    (beside[0] !== undefined && `it takes a further input '${beside[0]}'`);
  if (!why) return;
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `${model.source.label}: training feeds RGB of 0 to 1 in NCHW and floats, and ${why}; train on the network without this wrapper: an adapter for it also fits it wrapped.`,
  );
}

function widened(host: Host, learn: LearnedPart): Host {
  const model = convertPrecision(host.model, { to: 'float32' });
  if (model === host.model) return host;
  if (learn !== 'pip')
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${model.source.label}: its weights are float16, too coarse to be learned; train its float32 form, and convert that.`,
    );
  return { ...hostOf(model), identity: host.identity };
}
