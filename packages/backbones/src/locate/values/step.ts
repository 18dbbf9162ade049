import type { GraphFacts, ImageLayout, Node } from '@pip-graft/onnx-graft';
import type { Affine } from './range.ts';

/** Effect of a node on the values of the image that passes through it. */
export interface Step {
  /** The value that carries the image into the node. */
  readonly from: string;
  readonly affine?: Affine;
  /** Whether it turns RGB to BGR, or back. */
  readonly flips?: true;
  /** Bounds of the values after it. */
  readonly bounds?: readonly [number, number];
  /** Whether it is the last layer: what is before it is not an image. */
  readonly ends?: true;
}

/** Operators that move or round pixels. */
const plain = new Set([
  'Identity',
  'Cast',
  'Transpose',
  'Pad',
  'Reshape',
  'Unsqueeze',
  'Squeeze',
  'Round',
  'Floor',
  'Dropout',
  'Expand',
  'Resize',
  'Upsample',
  'AveragePool',
  'CenterCropPad',
]);

/** Effect of a node on an image's values; undefined for a layer of the network. */
export function stepOf(facts: GraphFacts, node: Node, layout: ImageLayout): Step | undefined {
  const from = node.inputs[0] ?? '';
  const { opType } = node;
  if (plain.has(opType)) return { from };
  if (opType === 'Sigmoid') return { from, bounds: [0, 1], ends: true };
  if (opType === 'Tanh') return { from, bounds: [-1, 1], ends: true };
  if (opType === 'Clip') return { from, ...boundsOf(facts, node) };
  if (opType === 'Gather' || opType === 'GatherND')
    return flipsBy(smallConstant(facts, node.inputs[1]!)) ? { from, flips: true } : undefined;
  if (opType === 'Slice')
    return { from, ...(isReversed(facts, node, layout) ? { flips: true } : {}) };
  if (opType === 'Concat') return putTogether(facts, node, layout);
  if (opType === 'Conv') return convolution(facts, node);
  return arithmetic(facts, node);
}

function arithmetic(facts: GraphFacts, { opType, inputs }: Node): Step | undefined {
  const [a = '', b = ''] = inputs;
  if (inputs.length !== 2) return undefined;
  const right = smallConstant(facts, b);
  const left = right === undefined ? smallConstant(facts, a) : undefined;
  const numbers = right ?? left;
  if (numbers === undefined || (numbers.length !== 1 && numbers.length !== 3)) return undefined;
  const from = right === undefined ? b : a;
  const zero = numbers.map(() => 0);
  const one = numbers.map(() => 1);
  const minus = numbers.map((number) => -number);
  if (opType === 'Mul') return { from, affine: { scale: numbers, shift: zero } };
  if (opType === 'Add') return { from, affine: { scale: one, shift: numbers } };
  if (opType === 'Sub')
    return right === undefined
      ? { from, affine: { scale: one.map(() => -1), shift: numbers } }
      : { from, affine: { scale: one, shift: minus } };
  if (opType === 'Div' && right !== undefined)
    return { from, affine: { scale: numbers.map((number) => 1 / number), shift: zero } };
  return undefined;
}

/** A 1x1 convolution that keeps three channels separate: the mean in EDSR and related networks. */
function convolution(facts: GraphFacts, node: Node): Step | undefined {
  const [from = '', weight = '', bias = ''] = node.inputs;
  const dims = facts.sample.values.get(weight)?.dims;
  if (dims?.join() !== '3,3,1,1') return undefined;
  const numbers = smallConstant(facts, weight);
  const shift = bias === '' ? [0, 0, 0] : smallConstant(facts, bias);
  if (!numbers || shift?.length !== 3) return undefined;
  const taken = (columns: readonly number[]) =>
    columns.map((column, row) => numbers[3 * row + column]!);
  const total = numbers.reduce((sum, number) => sum + Math.abs(number), 0);
  for (const columns of [
    [0, 1, 2],
    [2, 1, 0],
  ]) {
    const scale = taken(columns);
    const own = scale.reduce((sum, number) => sum + Math.abs(number), 0);
    if (total > 0 && own === total && scale.every((number) => number > 0))
      return { from, affine: { scale, shift }, ...(columns[0] === 2 ? { flips: true } : {}) };
  }
  return undefined;
}

/** Three channels sliced from one image and concatenated again, in either order. */
function putTogether(facts: GraphFacts, node: Node, layout: ImageLayout): Step | undefined {
  const parts = node.inputs.map((name) => partOf(facts, name, layout));
  const from = parts[0]?.from;
  if (parts.length !== 3 || from === undefined) return undefined;
  if (!parts.every((part) => part?.from === from)) return undefined;
  const order = parts.map((part) => part!.channel).join();
  if (order === '0,1,2') return { from };
  return order === '2,1,0' ? { from, flips: true } : undefined;
}

/** The single channel of an image that a value is. */
function partOf(
  facts: GraphFacts,
  value: string,
  layout: ImageLayout,
): { from: string; channel: number } | undefined {
  const at = facts.producer(value);
  const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
  const from = maker?.inputs[0] ?? '';
  const axis = channelAxis(facts, from, layout);
  if (!maker || facts.sample.values.get(value)?.dims?.[axis] !== 1) return undefined;
  if (maker.opType === 'Split') return { from, channel: maker.outputs.indexOf(value) };
  const index = maker.opType === 'Slice' || maker.opType === 'Gather' ? 1 : -1;
  const first =
    maker.attributes.get('starts')?.ints ?? smallConstant(facts, maker.inputs[index] ?? '');
  const channel = first?.length === 1 ? first[0]! : Number.NaN;
  return channel >= 0 ? { from, channel } : undefined;
}

function boundsOf(facts: GraphFacts, { inputs, attributes }: Node): Pick<Step, 'bounds'> {
  const [, low = '', high = ''] = inputs;
  const least = attributes.get('min')?.float ?? smallConstant(facts, low)?.[0];
  const most = attributes.get('max')?.float ?? smallConstant(facts, high)?.[0];
  return least === undefined || most === undefined ? {} : { bounds: [least, most] };
}

function flipsBy(indices: readonly number[] | undefined): boolean {
  return indices?.join() === '2,1,0';
}

function isReversed(facts: GraphFacts, { inputs }: Node, layout: ImageLayout): boolean {
  const axes = smallConstant(facts, inputs[3] ?? '');
  const steps = smallConstant(facts, inputs[4] ?? '');
  const at = steps?.indexOf(-1) ?? -1;
  if (at < 0) return false;
  const axis = axes?.[at] ?? at;
  return (axis + 4) % 4 === channelAxis(facts, inputs[0] ?? '', layout);
}

/** Position of the channel axis: an image may have been transposed since the input. */
function channelAxis({ sample }: GraphFacts, value: string, layout: ImageLayout): number {
  const axes = sample.values.get(value)?.axes;
  if (axes === '..HW') return 1;
  return axes === '.HW.' ? 3 : layout.indexOf('C');
}

/** More numbers than this are weights, not a mean, a deviation or a factor. */
const most = 64;

/** The numbers of a small constant, however the graph stores it; undefined for anything else. */
function smallConstant(facts: GraphFacts, value: string): readonly number[] | undefined {
  let name = value;
  for (let steps = 0; steps < 8; steps++) {
    const stored = facts.model.graph.initializers.find((tensor) => tensor.name === name);
    if (stored) return facts.numbers(stored, most);
    const at = facts.producer(name);
    const node = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (node?.opType === 'Constant') {
      const { attributes } = node;
      const float = attributes.get('value_float')?.float ?? attributes.get('value_int')?.int;
      if (float !== undefined) return [float];
      const tensor = attributes.get('value')?.tensor;
      return tensor ? facts.numbers(tensor, most) : attributes.get('value_floats')?.floats;
    }
    // Converting a constant to another type or shape keeps its numbers.
    if (!node || !/^(Cast|CastLike|Identity|Reshape|Unsqueeze|Squeeze)$/.test(node.opType))
      return facts.sample.values.get(name)?.content;
    name = node.inputs[0]!;
  }
  return undefined;
}
