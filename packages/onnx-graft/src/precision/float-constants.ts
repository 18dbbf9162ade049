import { numberBytes } from '../author/number-bytes.ts';
import type { Model, Node, Tensor } from '../model/model.ts';
import { elementCount, readTensor } from '../model/read-tensor.ts';

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
