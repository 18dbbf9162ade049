import { dataTypeOf } from '../../model/data-type.ts';
import type { Call, RuleTable } from '../call.ts';
import { contentLimit, countOf, plain, type Shaped, shaped } from '../shaped.ts';

/** Operators that make tensors from attributes, sizes and numbers. */
export const generate: RuleTable = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: ({ inputs: [x] }) => x?.dims && plain(x.dataType, x.dims),
  RandomNormal: random,
  RandomUniform: random,
  NonZero: ({ inputs: [x] }) => plain('int64', [x?.dims?.length ?? Number.NaN, Number.NaN]),
  OneHot: oneHot,
};

function constant(call: Call): Shaped | undefined {
  const { attributes } = call.node;
  const tensor = call.tensor('value');
  if (tensor !== undefined) return tensor;
  const sparse = attributes.get('sparse_value')?.sparseTensors?.[0];
  if (sparse !== undefined) return plain(sparse.dataType, sparse.dims);
  const int = attributes.get('value_int')?.int;
  const float = attributes.get('value_float')?.float;
  if (int !== undefined) return plain('int64', [], [int]);
  if (float !== undefined) return plain('float32', [], [float]);
  const ints = attributes.get('value_ints')?.ints;
  if (ints !== undefined) return plain('int64', [ints.length], ints);
  const floats = attributes.get('value_floats')?.floats;
  return floats && plain('float32', [floats.length], floats);
}

function constantOfShape(call: Call): Shaped | undefined {
  const value = call.tensor('value');
  const dims = call.inputs[0]?.content;
  const dataType = value === undefined ? 'float32' : value.dataType;
  if (dims === undefined) return undefined;
  const count = countOf(dims);
  const fill = value === undefined ? 0 : (value.content?.[0] ?? Number.NaN);
  // A damaged file may ask for negative sizes, or parts of elements.
  const whole = Number.isInteger(count) && count >= 0 && count <= contentLimit;
  return plain(dataType, dims, whole ? new Array<number>(count).fill(fill) : undefined);
}

function range(call: Call): Shaped | undefined {
  const [start, limit, delta] = call.inputs.map((input) => input?.content?.[0] ?? Number.NaN);
  const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
  const content =
    count <= contentLimit && Number.isInteger(count)
      ? Array.from({ length: count }, (_, i) => start! + i * delta!)
      : undefined;
  return plain(call.inputs[0]?.dataType, [count], content);
}

function random(call: Call): Shaped | undefined {
  const dims = call.ints('shape');
  return dims && plain(dataTypeOf(call.int('dtype', 1)), dims);
}

function oneHot(call: Call): Shaped | undefined {
  const [index, depth, values] = call.inputs;
  if (index?.dims === undefined) return undefined;
  const axis = call.int('axis', -1);
  const at = axis < 0 ? axis + index.dims.length + 1 : axis;
  const dims = [...index.dims];
  dims.splice(at, 0, depth?.content?.[0] ?? Number.NaN);
  return shaped(values?.dataType, dims, undefined);
}
