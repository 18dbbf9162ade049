import { elementCount, GraftError } from '@pip-graft/onnx-graft';
import { fromFloat16, toFloat16 } from './convert.ts';

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

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Element arrays by type. float16 is stored as bits, because Node 20 has no Float16Array. */
interface Elements {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

/** Element types of a session's inputs and outputs. */
export type TensorType = keyof Elements;

/** A tensor in memory: an input or output of a session. Last axis fastest. */
export type TypedTensor = {
  readonly [T in TensorType]: TypedTensorOf<T>;
}[TensorType];

export interface TypedTensorOf<T extends TensorType> {
  readonly type: T;
  readonly dims: readonly number[];
  readonly data: Elements[T];
}

/** Tensors by input or output name. */
export type TensorFeeds = Readonly<Record<string, TypedTensor>>;

/**
 * Creates a float32 tensor.
 *
 * Errors: `INVALID_ARGUMENT` if the shape does not hold that many elements.
 *
 * @example float32Tensor([1, 2], [0.5, 0.5])
 */
export function float32Tensor(
  dims: readonly number[],
  values: Float32Array | readonly number[],
): TypedTensorOf<'float32'> {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count !== data.length) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `tensor of shape [${dims.join(', ')}]: it has ${count} elements, not ${data.length}; pass that many.`,
    );
  }
  return { type: 'float32', dims, data };
}

/** Names of tensors that hold NaN or infinity, as diverged training leaves them. Reads all. */
export function nonFinite(tensors: TensorMap): string[] {
  return [...tensors].flatMap(([name, { data }]) => (data.every(Number.isFinite) ? [] : [name]));
}

/**
 * Those names of {@link nonFinite} that may be numbers in the file: float64 beyond float32 is
 * infinite once it is read, but never NaN.
 */
export function tooWide(
  tensors: ReadonlyMap<string, FloatTensor & { readonly dtype?: string }>,
  names: readonly string[],
): string[] {
  return names.filter((name) => {
    const { dtype, data } = tensors.get(name) ?? {};
    return dtype === 'F64' && !data?.some(Number.isNaN);
  });
}

/**
 * Converts a floating-point tensor to float32; a float32 tensor is returned unchanged.
 *
 * Errors: `INVALID_ARGUMENT` for integers and booleans.
 *
 * @example toFloat32(outputs['output']!).data // Float32Array, also from a float16 model
 */
export function toFloat32(tensor: TypedTensor): TypedTensorOf<'float32'> {
  const { dims } = tensor;
  if (tensor.type === 'float32') return tensor;
  if (tensor.type === 'float16') return { type: 'float32', dims, data: fromFloat16(tensor.data) };
  if (tensor.type === 'float64') {
    return { type: 'float32', dims, data: Float32Array.from(tensor.data) };
  }
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${tensor.type} tensor: not an image or feature; pass float32, float16 or float64.`,
  );
}

/** Converts a float32 tensor to an input's floating-point type; undefined for any other type. */
export function fromFloat32(
  tensor: TypedTensorOf<'float32'>,
  type: TensorType,
): TypedTensor | undefined {
  const { dims, data } = tensor;
  if (type === 'float32') return tensor;
  if (type === 'float16') return { type, dims, data: toFloat16(data) };
  if (type === 'float64') return { type, dims, data: Float64Array.from(data) };
  return undefined;
}
