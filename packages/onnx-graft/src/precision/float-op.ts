import type { Model, Node, Tensor } from '../model/model.ts';
import { elementCount, readTensor } from '../model/read-tensor.ts';
import { numberBytes } from '../number/number-bytes.ts';

/**
 * How an operator treats numbers: `product` sums over many (convolutions, matrix products),
 * `elementwise` takes one of each input, `movement` only moves them, `other` is none of these.
 */
export type FloatKind = 'product' | 'elementwise' | 'movement' | 'other';

/** An ONNX operator that may compute in float16, and its inputs and outputs of the data's type. */
export interface FloatOp {
  readonly kind: FloatKind;
  /** Inputs of the data's type; the others (sizes, axes, scales) keep theirs. */
  readonly inputs: 'all' | readonly number[];
  /** Whether all outputs have that type, or only the first. */
  readonly outputs: 'all' | 'first';
}

const first = [0];
const all = 'all' as const;

function group(
  kind: FloatKind,
  inputs: FloatOp['inputs'],
  names: string,
  outputs: FloatOp['outputs'] = all,
): [string, FloatOp][] {
  return names.split(' ').map((name) => [name, { kind, inputs, outputs }]);
}

/**
 * Operators of ONNX's own domain, 11 to 23, whose data may be float16 by the operator's schema
 * (onnx/defs), and that lose little by it. Others stay float32.
 */
const ops: ReadonlyMap<string, FloatOp> = new Map([
  ...group('product', all, 'Conv ConvTranspose MatMul Gemm Einsum'),
  ...group('elementwise', all, 'Add Sub Mul Div Max Min Sum Mean Clip PRelu'),
  ...group(
    'elementwise',
    first,
    'Relu LeakyRelu Sigmoid HardSigmoid HardSwish Tanh Erf Elu Selu Celu Gelu Neg Abs',
  ),
  ...group('elementwise', [1, 2], 'Where'),
  ...group(
    'movement',
    first,
    'Identity Reshape Flatten Squeeze Unsqueeze Transpose Expand Tile Slice Split Gather GatherND GatherElements DepthToSpace SpaceToDepth Trilu',
  ),
  ...group('movement', [0, 2], 'Pad'),
  ...group('movement', all, 'Concat'),
  ...group('other', [0, 2], 'ScatterND ScatterElements'),
  ...group(
    'other',
    first,
    'Resize AveragePool GlobalAveragePool GlobalMaxPool ReduceMax ReduceMin',
  ),
  ...group('other', first, 'MaxPool Dropout', 'first'),
]);

/** How a node may compute in float16; undefined if it must stay float32. */
export function floatOp({ domain, opType, subgraphs }: Node): FloatOp | undefined {
  return domain === '' && subgraphs.length === 0 ? ops.get(opType) : undefined;
}

/** Positions of a node's inputs that have the type of its data, without omitted ones. */
export function dataInputs(node: Node, op: FloatOp): number[] {
  return [...node.inputs.keys()].filter(
    (input) => node.inputs[input] !== '' && (op.inputs === all || op.inputs.includes(input)),
  );
}

/** Values that a node makes in the type of its data. */
export function dataOutputs(node: Node, op: FloatOp): readonly string[] {
  const made = op.outputs === all ? node.outputs : node.outputs.slice(0, 1);
  return made.filter((name) => name !== '');
}

/** Operators that take any numeric type: they read float16 as well as float32. */
const typeBlind: ReadonlySet<string> = new Set(['Shape', 'Size', 'Cast']);

/** Whether a node accepts any type for what it reads. */
export function isTypeBlind({ domain, opType }: Node): boolean {
  return domain === '' && typeBlind.has(opType);
}

/** A float32 tensor that no caller can replace: an initializer, or a Constant node's output. */
export interface FloatConstant {
  readonly name: string;
  readonly dims: readonly number[];
  /** The initializer's record; undefined for a Constant node. */
  readonly tensor: Tensor | undefined;
  /** The Constant node. */
  readonly node: Node | undefined;
  /** Its little-endian float32 bytes, read again at each call. */
  readonly bytes: () => Uint8Array;
}

/** Since this IR version an initializer listed as input is a replaceable default (onnx.proto). */
const defaultsSince = 4;

/** The float32 constants of a model's main graph by value name. */
export function floatConstants(model: Model): ReadonlyMap<string, FloatConstant> {
  const { graph } = model;
  const found = new Map<string, FloatConstant>();
  const read = (tensor: Tensor) => () => readTensor(model, tensor);
  const replaceable = new Set(
    model.irVersion < defaultsSince ? [] : graph.inputs.map(({ name }) => name),
  );
  for (const tensor of graph.initializers) {
    const { name, dims, dataType } = tensor;
    if (dataType !== 'float32' || replaceable.has(name)) continue;
    found.set(name, { name, dims, tensor, node: undefined, bytes: read(tensor) });
  }
  for (const node of graph.nodes) {
    if (node.domain !== '' || node.opType !== 'Constant') continue;
    const [name] = node.outputs;
    const own = name && constantOf(node, read);
    if (own) found.set(name, { name, tensor: undefined, node, ...own });
  }
  return found;
}

/** Size of a constant in bytes as float32. */
export function constantLength({ dims }: FloatConstant): number {
  return 4 * elementCount(dims);
}

function constantOf(
  { attributes }: Node,
  read: (tensor: Tensor) => () => Uint8Array,
): Pick<FloatConstant, 'dims' | 'bytes'> | undefined {
  const tensor = attributes.get('value')?.tensor;
  if (tensor?.dataType === 'float32') return { dims: tensor.dims, bytes: read(tensor) };
  const one = attributes.get('value_float');
  if (one) return { dims: [], bytes: () => numberBytes([one.float ?? 0], 'float32') };
  const list = attributes.get('value_floats');
  if (!list) return undefined;
  const values = list.floats ?? [];
  return { dims: [values.length], bytes: () => numberBytes(values, 'float32') };
}
