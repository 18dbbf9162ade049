import { fromFloat16, type GraphFacts, readTensor, type Tensor } from '@pip-graft/onnx-graft';

/** More numbers than this are weights, not a mean, a deviation or a factor. */
const most = 64;

/** The numbers of a small constant, in whatever way the graph holds it; undefined for anything else. */
export function smallConstant(facts: GraphFacts, value: string): readonly number[] | undefined {
  let name = value;
  for (let steps = 0; steps < 8; steps++) {
    const stored = facts.model.graph.initializers.find((tensor) => tensor.name === name);
    if (stored) return numbersOf(facts, stored);
    const at = facts.producer(name);
    const node = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (node?.opType === 'Constant') {
      const { attributes } = node;
      const float = attributes.get('value_float')?.float ?? attributes.get('value_int')?.int;
      if (float !== undefined) return [float];
      const tensor = attributes.get('value')?.tensor;
      return tensor ? numbersOf(facts, tensor) : attributes.get('value_floats')?.floats;
    }
    // What turns a constant into another type or shape keeps its numbers.
    if (!node || !/^(Cast|CastLike|Identity|Reshape|Unsqueeze|Squeeze)$/.test(node.opType))
      return facts.sample.values.get(name)?.content;
    name = node.inputs[0]!;
  }
  return undefined;
}

function numbersOf({ model }: GraphFacts, tensor: Tensor): readonly number[] | undefined {
  const count = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (count < 1 || count > most) return undefined;
  try {
    const bytes = readTensor(model, tensor).slice();
    const view = new DataView(bytes.buffer);
    return Array.from({ length: count }, (_, at) => numberAt(view, at, tensor.dataType));
  } catch {
    // Damaged or missing constants are reported by `check`.
    return undefined;
  }
}

function numberAt(view: DataView, at: number, type: Tensor['dataType']): number {
  if (type === 'float32') return view.getFloat32(at * 4, true);
  if (type === 'float64') return view.getFloat64(at * 8, true);
  if (type === 'float16') return fromFloat16(Uint16Array.of(view.getUint16(at * 2, true)))[0]!;
  if (type === 'int64') return Number(view.getBigInt64(at * 8, true));
  if (type === 'int32') return view.getInt32(at * 4, true);
  if (type === 'uint8') return view.getUint8(at);
  return Number.NaN;
}
