import { elementCount, GraftError } from '@pip-graft/onnx-graft';
import { type Dtype, decodeElements } from '../safetensors/open.ts';
import type { PickleTensor } from './pickle-value.ts';

/** From how many elements in storage for each of its own a tensor counts as sparse. */
const sparseSpan = 64;

/** The elements of a tensor as float32, in order, whatever its strides; read now. */
export function tensorElements(tensor: PickleTensor, dtype: Dtype): Float32Array {
  const { storage, type, offset, dims, strides } = tensor;
  const { bytes, key } = storage;
  if (bytes === undefined) throw new GraftError('CORRUPT_FILE', `storage '${key}' is missing.`);
  const count = elementCount(dims);
  if (count === 0) return new Float32Array(0);
  const width = type.bytes;
  const bytesAt = (from: number, to: number) => bytes.read(from * width, to * width);
  const span = 1 + dims.reduce((sum, dim, axis) => sum + (dim - 1) * strides[axis]!, 0);
  // A few elements far apart are read one by one.
  const sparse = span > sparseSpan * count;
  const all = sparse ? undefined : decodeElements(bytesAt(offset, offset + span), dtype);
  if (all && isContiguous(dims, strides)) return all;
  const elements = new Float32Array(count);
  const index = dims.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    elements[to] = all
      ? all[from]!
      : decodeElements(bytesAt(offset + from, offset + from + 1), dtype)[0]!;
    // Counts up the last axis, and carries.
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < dims[axis]!) break;
      from -= dims[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return elements;
}

function isContiguous(dims: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== step) return false;
    step *= dims[axis]!;
  }
  return true;
}
