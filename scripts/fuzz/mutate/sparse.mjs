// Sparse tensors, where models keep weights that are mostly zero (SparseTensorProto in onnx.proto).
import { edge } from './blind.mjs';
import { graphOf, inGraph, nodesOf } from './graph.mjs';
import { int, message, raw, text } from './records.mjs';

const mostValues = 64;

/** Stores an initializer as a sparse one, or in an attribute; the indices are often wrong. */
export function makeSparse(model, dice) {
  const graph = graphOf(model);
  const dense = inGraph(model, 5);
  if (!graph || dense.length === 0) return;
  const tensor = dice.pick(dense);
  const sparse = sparseOf(tensor.parts, dice);
  if (!sparse) return;
  if (dice.chance(0.7)) {
    graph.parts.push(message(15, sparse));
    if (dice.chance(0.8)) graph.parts.splice(graph.parts.indexOf(tensor), 1);
    return;
  }
  const nodes = nodesOf(model);
  const [field, type] = dice.pick([
    [22, 11],
    [23, 12],
  ]);
  const attribute = message(5, [
    text(1, 'sparse_value'),
    message(field, sparse),
    int(20, dice.chance(0.9) ? type : dice.below(16)),
  ]);
  if (nodes.length > 0) dice.pick(nodes).parts.push(attribute);
}

/** The fields of a sparse tensor with the first values of a dense one. */
function sparseOf(parts, dice) {
  const sizes = parts.filter(({ number, wire }) => number === 1 && wire === 0);
  const inside = parts.find(({ number, bytes }) => number === 9 && bytes);
  const outside = parts.filter(({ number }) => number === 13 || number === 14);
  if (!inside && outside.length === 0) return undefined;
  const count = inside ? Math.min(mostValues, Math.floor(inside.bytes.length / 4)) : 4;
  const values = message(1, [
    int(1, dice.chance(0.9) ? count : edge(dice)),
    ...parts.filter(({ number, wire }) => wire === 0 && number === 2),
    ...parts.filter(({ number }) => number === 8),
    ...(inside ? [raw(9, inside.bytes.slice(0, 4 * count))] : outside),
  ]);
  const perValue = dice.chance(0.7) ? 1 : sizes.length;
  const data = new BigInt64Array(count * perValue);
  for (let at = 0; at < data.length; at++) data[at] = BigInt(Math.floor(at / perValue));
  if (data.length > 0 && dice.chance(0.5))
    data[dice.below(data.length)] = BigInt.asIntN(64, dice.chance(0.5) ? -1n : edge(dice));
  const indices = message(2, [
    ...(perValue === 1 ? [int(1, count)] : [int(1, count), int(1, perValue)]),
    int(2, dice.chance(0.9) ? 7 : dice.below(25)),
    ...(inside || dice.chance(0.5) ? [raw(9, new Uint8Array(data.buffer))] : outside),
  ]);
  return [values, indices, ...sizes.map((size) => int(3, size.int))];
}
