import { elementCount, GraftError } from '@pip-graft/onnx-graft';

export { elementCount };

/** A tensor of numbers: its shape and its elements, last axis fastest. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name: a checkpoint, an adapter, the weights of a network. */
export type TensorMap = ReadonlyMap<string, FloatTensor>;

/**
 * Creates a tensor over given elements.
 *
 * Errors: `INVALID_ARGUMENT` if the shape does not hold that many.
 *
 * @example floatTensor([2, 2], new Float32Array([1, 0, 0, 1]))
 */
export function floatTensor(dims: readonly number[], data: Float32Array): FloatTensor {
  if (elementCount(dims) !== data.length) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `tensor of shape [${dims.join(', ')}]: it has ${elementCount(dims)} elements, not ${data.length}; pass that many.`,
    );
  }
  return { dims, data };
}

/** An empty record that takes any name from a file, even `__proto__`. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
