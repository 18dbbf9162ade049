import {
  argument,
  checkModel,
  type GraphFacts,
  type Model,
  type Node,
} from '@pip-graft/onnx-graft';
import { makerOf, nodesBehind } from '../recognise/nodes-behind.ts';
import { whatToFill } from './image-tensors.ts';
import type { LocatedImage } from './located.ts';
import { blockedDomain } from './trail.ts';

/** Problems of a file that grafting would meet: what was found, its consequence, what to do. */
export function fileWarnings(facts: GraphFacts): string[] {
  const all = [
    spaceToDepthWarning,
    blockedWarning,
    builtInSizeWarning,
    halfNormsWarning,
    bfloat16Warning,
    quantisedWarning,
    structureWarning,
    namesWarning,
  ];
  return all.flatMap((warning) => warning(facts) ?? []);
}

/** Problems with its images, which options solve. */
export function imageWarnings(image: LocatedImage): string[] {
  return [image.unfit, whatToFill(image)].flatMap((one) => one ?? []);
}

/**
 * Files that onnxruntime's optimiser wrote for one processor, at level 'all', in channel blocks.
 */
function blockedWarning({ model }: GraphFacts): string | undefined {
  const count = model.graph.nodes.filter((node) => node.domain === blockedDomain).length;
  if (count === 0) return undefined;
  return `${count} nodes are in onnxruntime's blocked layout (${blockedDomain}), which it writes at optimisation level 'all' for one kind of processor, and values between them cannot be grafted; use the model as it was exported, or optimise it at level 'extended'.`;
}

/** Names of inputs and outputs that runtimes' bindings cannot pass on. */
function namesWarning({ model: { graph } }: GraphFacts): string | undefined {
  const odd = [...graph.inputs, ...graph.outputs].find(({ name }) => !argument.isPlainName(name));
  if (odd === undefined) return undefined;
  return `the name '${odd.name}' of an input or output has bytes that are not UTF-8, or a zero byte, and onnxruntime can use it only from C and C++: no command here can run the model; export it again with plain names.`;
}

/** A file that claims any size and contradicts itself at all sizes but one. */
function builtInSizeWarning({ builtInSize }: GraphFacts): string | undefined {
  if (builtInSize === undefined) return undefined;
  const { height, width } = builtInSize;
  return `the file leaves rows and columns open, but ${height} x ${width} is built in: other sizes will fail.`;
}

const norms = new Set([
  'LayerNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);
const means = new Set(['ReduceMean', 'GlobalAveragePool', 'ReduceSum']);
/** From the root of a variance back to its mean: epsilon, squares, clips. */
const reach = 5;

/**
 * Normalisation in float16: squares overflow at 256, and variances of flat dark images vanish.
 * Source: docs/notes/backbones.md section 2, onnxruntime.md section 4.3.
 */
function halfNormsWarning(facts: GraphFacts): string | undefined {
  const count = facts.model.graph.nodes.filter((node) => isHalfNorm(facts, node)).length;
  if (count === 0) return undefined;
  return `${count} normalisation${count === 1 ? ' is' : 's are'} computed in float16, which overflows on bright and loses flat dark images; convert the model with normalisation left in float32.`;
}

/** Operator set since which ONNX has convolutions in bfloat16. */
const bfloat16Since = 22;

/** Exporters write bfloat16 into operator sets whose convolutions do not have it. */
function bfloat16Warning({ model, sample }: GraphFacts): string | undefined {
  const opset = model.opsets.get('') ?? bfloat16Since;
  if (opset >= bfloat16Since) return undefined;
  const layer = model.graph.nodes.find(
    ({ opType, domain, inputs }) =>
      domain === '' &&
      /^Conv(Transpose)?$/.test(opType) &&
      sample.values.get(inputs[0] ?? '')?.dataType === 'bfloat16',
  );
  if (layer === undefined) return undefined;
  return `no runtime loads the file: its layers compute in bfloat16, which ONNX has since operator set ${bfloat16Since}, not in ${opset}; export it in float32 or float16.`;
}

function isHalfNorm(facts: GraphFacts, node: Node): boolean {
  if (node.opType !== 'Sqrt' && !norms.has(node.opType)) return false;
  const [x] = node.inputs;
  if (x === undefined || facts.sample.values.get(x)?.dataType !== 'float16') return false;
  if (norms.has(node.opType)) return true;
  return (
    node.opType === 'Sqrt' &&
    nodesBehind(facts, x, { pass: ({ opType }) => !means.has(opType), most: reach }).some(
      ({ opType }) => means.has(opType),
    )
  );
}

/** Quantised files: QDQ is grafted on the float side, QOperator has no float side. */
function quantisedWarning({ model }: GraphFacts): string | undefined {
  const { nodes } = model.graph;
  const inside = nodes.filter(({ opType }) => /^QLinear|^QGemm$/.test(opType));
  if (inside.length > 0) {
    return `${inside.length} nodes compute on quantised values ('${inside[0]!.opType}'), between which there is no float feature to graft onto; quantise the model in QDQ format instead, or graft first and quantise then.`;
  }
  const measured = nodes.filter(({ opType }) => opType === 'DynamicQuantizeLinear').length;
  if (measured > 0) {
    return `the model is quantised (dynamically, ${measured} DynamicQuantizeLinear): modules are grafted between its layers, where values are float, and stay float; compare the result with the float model's.`;
  }
  const count = nodes.filter(({ opType }) => opType === 'DequantizeLinear').length;
  // Without this, only weights are quantised, and every feature is float.
  if (count === 0 || !nodes.some(({ opType }) => opType === 'QuantizeLinear')) return undefined;
  return `the model is quantised (QDQ, ${count} DequantizeLinear): modules are grafted on the float side and stay float, and what they give is quantised by ranges that were calibrated without them; check the result, or graft before quantising.`;
}

/**
 * PixelUnshuffle that an exporter wrote as a bare SpaceToDepth after a convolution. Their channels
 * are in different orders, (C, block²) and (block², C), so the network is silently wrong.
 * Source: microsoft/onnxscript#2891. Files of other frameworks may intend it, and a Gather or a
 * Transpose after it corrects the order.
 */
function spaceToDepthWarning(facts: GraphFacts): string | undefined {
  const { producer, graph } = facts.model;
  if (producer.name !== '' && !/pytorch|torch|onnxscript/i.test(producer.name)) return undefined;
  const wrong = graph.nodes.filter(
    (node) =>
      node.opType === 'SpaceToDepth' &&
      makerOf(facts, node.inputs[0] ?? '')?.opType === 'Conv' &&
      !reordered(facts, node),
  );
  const [first] = wrong;
  if (first === undefined) return undefined;
  const others = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
  return `SpaceToDepth after a convolution ('${first.name || first.outputs[0]}'${others}): if this was PixelUnshuffle in PyTorch, its channels are in the wrong order and the network gives wrong images already without a graft (microsoft/onnxscript#2891); compare it with PyTorch, and export again with a newer onnxscript or with the older exporter (dynamo=False).`;
}

function reordered(facts: GraphFacts, node: Node): boolean {
  const readers = facts.uses(node.outputs[0]!).map((use) => facts.model.graph.nodes[use.node]!);
  return (
    readers.length > 0 && readers.every(({ opType }) => ['Gather', 'Reshape'].includes(opType))
  );
}

/**
 * A file that no runtime loads, or with its nodes in an order that ONNX does not allow; the latter
 * onnxruntime sorts itself.
 */
function structureWarning({ model }: GraphFacts): string | undefined {
  const invalid = whyInvalid(model);
  if (invalid !== undefined) return `no runtime loads the file: ${invalid}; export it again.`;
  const { nodes } = model.graph;
  const late = nodes.filter((node, i) => i > 0 && node.field.start < nodes[i - 1]!.field.start);
  if (late.length === 0) return undefined;
  return 'the nodes are not in topological order, which ONNX requires: onnxruntime sorts them itself, other tools may reject the file.';
}

/** Findings with which onnxruntime loads no model. */
const fatal: ReadonlySet<string> = new Set([
  'UNRESOLVED_INPUT',
  'CYCLE',
  'DUPLICATE_VALUE',
  'DUPLICATE_NODE_NAME',
  'MISSING_OUTPUT',
]);

/**
 * Why no runtime loads a model: a place and a reason, without a full stop. undefined if nothing in
 * its structure forbids it. Local functions do not count: runtimes look only at those that are used.
 *
 * @example whyInvalid(model) // "node 'd2' (Conv): value 'd2' is made a second time"
 */
export function whyInvalid(model: Model): string | undefined {
  if (!reasons.has(model)) reasons.set(model, firstFatal(model));
  return reasons.get(model);
}

/** Kept because each step towards a graft asks, and the answer takes a walk through all records. */
const reasons = new WeakMap<Model, string | undefined>();

function firstFatal(model: Model): string | undefined {
  const found = checkModel(model).find(
    ({ severity, code, place }) =>
      severity === 'error' && fatal.has(code) && !place.startsWith('function '),
  );
  return found && `${found.place}: ${found.message.replace(/\.$/, '')}`;
}
