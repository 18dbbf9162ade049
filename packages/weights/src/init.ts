import { GraftError } from '@pip-graft/onnx-graft';
import type { Random } from './random.ts';
import { elementCount, type FloatTensor } from './tensor-map.ts';

/**
 * The usual initialisation of a convolution's weight (O, I/groups, kh, kw): uniform in
 * ±1/sqrt(fanIn), that is Kaiming-uniform with a = sqrt 5.
 *
 * `fanIn` is the product of all axes but the first; pass it for a bias.
 *
 * @example kaimingUniform([64, 3, 3, 3], random.fork('conv.weight'))
 */
export function kaimingUniform(
  dims: readonly number[],
  random: Random,
  fanIn: number = elementCount(dims.slice(1)),
): FloatTensor {
  if (!(fanIn > 0)) {
    throw new GraftError('INVALID_ARGUMENT', `The fan-in must be positive, not ${fanIn}.`);
  }
  const bound = 1 / Math.sqrt(fanIn);
  return filled(dims, () => random.uniform(-bound, bound));
}

/** A tensor of numbers from the normal distribution with mean 0. */
export function normal(dims: readonly number[], random: Random, deviation = 1): FloatTensor {
  return filled(dims, () => random.normal(0, deviation));
}

/** A tensor with one number everywhere. */
export function constant(dims: readonly number[], value: number): FloatTensor {
  return { dims, data: new Float32Array(elementCount(dims)).fill(value) };
}

function filled(dims: readonly number[], draw: () => number): FloatTensor {
  const data = new Float32Array(elementCount(dims));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return { dims, data };
}
