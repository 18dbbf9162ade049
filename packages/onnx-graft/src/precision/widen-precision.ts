import type { AttributeSpec, TensorSpec } from '../author/spec.ts';
import { encodeNode, encodeTensor, encodeValueInfo } from '../edit/encode.ts';
import { type Edit, rewrite } from '../edit/rewrite.ts';
import { dataTypeCode } from '../model/data-type.ts';
import type { Field, Model, Node, Tensor, ValueInfo } from '../model/model.ts';
import { readLater } from '../model/read-model.ts';
import { elementCount, readTensor } from '../model/read-tensor.ts';
import { fromFloat16 } from '../number/number-bytes.ts';
import type { Piece } from '../wire/source.ts';

/**
 * Converts a float16 model to compute in float32 on the same numbers, inputs and outputs included:
 * what float16 rounded away does not come back. For training, whose gradients need float32. A model
 * without float16 is returned unchanged. Subgraphs keep their types.
 *
 * Errors: `NOT_FOUND` for missing external data.
 *
 * @example widenPrecision(convertPrecision(model))
 */
export function widenPrecision(model: Model): Model {
  const { graph } = model;
  const edits: Edit[] = [];
  const replace = ({ start, end }: Field, pieces: readonly Piece[]): void => {
    edits.push({ start, end, pieces, parents: [graph.field] });
  };
  const widened = (tensor: Tensor): TensorSpec => ({
    name: tensor.name,
    dims: tensor.dims,
    dataType: 'float32',
    data: {
      byteLength: 4 * elementCount(tensor.dims),
      load: () => floatBytes(readTensor(model, tensor)),
    },
  });
  for (const node of graph.nodes) {
    const attributes = widenedAttributes(node, widened);
    if (attributes) replace(node.field, [encodeNode({ ...node, attributes })]);
  }
  for (const tensor of graph.initializers)
    if (tensor.dataType === 'float16') replace(tensor.field, encodeTensor(widened(tensor)));
  const retyped = (values: readonly ValueInfo[], kind: 'input' | 'output'): void => {
    for (const { name, dataType, dims, field } of values)
      if (dataType === 'float16')
        replace(field, [encodeValueInfo({ name, dataType: 'float32', dims: dims ?? [] }, kind)]);
  };
  retyped(graph.inputs, 'input');
  retyped(graph.outputs, 'output');
  // Types inside follow from the graph.
  for (const { dataType, field } of graph.valueInfos)
    if (dataType === 'float16') replace(field, []);
  return edits.length === 0
    ? model
    : readLater(rewrite(model, edits), { external: model.external });
}

/** Attributes that make a node output float32 instead of float16; undefined for other nodes. */
function widenedAttributes(
  { domain, opType, attributes }: Node,
  widened: (tensor: Tensor) => TensorSpec,
): Record<string, AttributeSpec> | undefined {
  if (domain !== '') return undefined;
  if (opType === 'Cast' && attributes.get('to')?.int === dataTypeCode('float16'))
    return { to: { int: dataTypeCode('float32') } };
  const tensor = attributes.get('value')?.tensor;
  if (!/^Constant(OfShape)?$/.test(opType) || tensor?.dataType !== 'float16') return undefined;
  const { data, ...spec } = widened(tensor);
  // A node's record is written at once.
  const bytes = 'load' in data ? data.load() : data;
  return { value: { tensor: { ...spec, data: bytes } } };
}

function floatBytes(half: Uint8Array): Uint8Array {
  // A copy, aligned for a typed array.
  const { buffer } = Uint8Array.from(half);
  return new Uint8Array(fromFloat16(new Uint16Array(buffer)).buffer);
}
