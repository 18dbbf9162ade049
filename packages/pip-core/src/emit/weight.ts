import { type FloatType, GraftError, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { encodeFloats, firstTooLarge } from '@pip-graft/weights';
import { multiply, type Numbers, resizeMatrix } from '../fold/numbers.ts';

/**
 * A parameter to emit: numbers, with which everything possible is computed beforehand, or a value
 * of the graph, which is computed there. A graft has the first kind, training the second: the same
 * emitters make both, so training and grafting compute the same module.
 */
export type Weight =
  | { readonly kind: 'fixed'; readonly dims: readonly number[]; readonly data: Numbers }
  | { readonly kind: 'fed'; readonly dims: readonly number[]; readonly value: string };

/** Rows × columns. */
type Size = readonly [number, number];

/** The same numbers in another shape. */
export function reshapeWeight(g: GraphBuilder, weight: Weight, dims: readonly number[]): Weight {
  if (weight.kind === 'fixed') return { ...weight, dims };
  return { kind: 'fed', dims, value: ops.reshape(g, weight.value, [...dims]) };
}

/** Part `index` of `parts` equal parts along the first axis. */
export function partOfWeight(
  g: GraphBuilder,
  weight: Weight,
  index: number,
  parts: number,
): Weight {
  const [rows = 0, ...rest] = weight.dims;
  const count = rows / parts;
  const dims = [count, ...rest];
  if (weight.kind === 'fixed') {
    const size = weight.data.length / parts;
    return { kind: 'fixed', dims, data: weight.data.subarray(index * size, (index + 1) * size) };
  }
  const bounds = { axes: [0], starts: [index * count], ends: [(index + 1) * count] };
  return { kind: 'fed', dims, value: ops.slice(g, weight.value, bounds) };
}

/** A matrix cut or zero-padded to another size. */
export function resizeWeight(g: GraphBuilder, weight: Weight, from: Size, to: Size): Weight {
  if (weight.kind === 'fixed')
    return { kind: 'fixed', dims: to, data: resizeMatrix(weight.data, from, to) };
  const matrix = ops.reshape(g, weight.value, [...from]);
  const grown = to.map((size, axis) => size - from[axis]!) as [number, number];
  // Negative padding crops.
  const value = grown.some((size) => size !== 0) ? ops.pad(g, matrix, [0, 0, ...grown]) : matrix;
  return { kind: 'fed', dims: to, value };
}

/** The product of two matrices. */
export function multiplyWeights(
  g: GraphBuilder,
  a: Weight,
  b: Weight,
  [rows, inner]: Size,
  columns: number,
): Weight {
  const dims = [rows, columns];
  if (a.kind === 'fixed' && b.kind === 'fixed')
    return { kind: 'fixed', dims, data: multiply(a.data, b.data, rows, inner, columns) };
  const left = ops.reshape(g, asValue(g, 'left', a), [rows, inner]);
  const right = ops.reshape(g, asValue(g, 'right', b), [inner, columns]);
  return { kind: 'fed', dims, value: ops.matmul(g, left, right) };
}

/** A projection (rows × channels) split by heads: (1, heads, rows, channels/heads). */
export function headsOfWeight(
  g: GraphBuilder,
  weight: Weight,
  [rows, channels]: Size,
  heads: number,
): Weight {
  const k = channels / heads;
  const dims = [1, heads, rows, k];
  if (weight.kind === 'fed') {
    const parted = ops.reshape(g, weight.value, [1, rows, heads, k]);
    return { kind: 'fed', dims, value: ops.transpose(g, parted, [0, 2, 1, 3]) };
  }
  const data = new Float32Array(rows * channels);
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < k; i++)
        data[(head * rows + row) * k + i] = weight.data[row * channels + head * k + i]!;
  return { kind: 'fixed', dims, data };
}

/** The value of a weight; numbers become an initializer. */
export function asValue(
  g: GraphBuilder,
  name: string,
  weight: Weight,
  type: FloatType = 'float32',
): string {
  if (weight.kind === 'fixed') return constantTensor(g, name, weight.dims, weight.data, type);
  return ops.fromFloat32(g, weight.value, type);
}

/**
 * Adds constant numbers in a float type and returns their name.
 *
 * Errors: `ADAPTER_MISMATCH` for numbers that would become infinite in the type.
 */
export function constantTensor(
  g: GraphBuilder,
  name: string,
  dims: readonly number[],
  data: Numbers,
  type: FloatType,
): string {
  const values = data instanceof Float32Array ? data : new Float32Array(data);
  const large = firstTooLarge(values, type);
  if (large !== undefined) {
    throw new GraftError(
      'ADAPTER_MISMATCH',
      `The adapter's '${name}' has ${large}, which does not fit ${type}, the host's type; apply it to the host in float32.`,
    );
  }
  return g.tensor(name, type, dims, encodeFloats(values, type));
}
