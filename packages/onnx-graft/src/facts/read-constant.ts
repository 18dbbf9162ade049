import type { DataType } from '../model/data-type.ts';
import type { Model, Tensor } from '../model/model.ts';
import { readTensor } from '../model/read-tensor.ts';
import { fromFloat16 } from '../number/float16.ts';
import { contentLimit, countOf, plain, type Shaped } from './shaped.ts';

/** Floats that affect shapes are the scales of a Resize, at most two per axis. */
const floatLimit = 8;

const readers: Partial<Record<DataType, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at * 4, true),
  float16: (view, at) => fromFloat16(Uint16Array.of(view.getUint16(at * 2, true)))[0]!,
  float64: (view, at) => view.getFloat64(at * 8, true),
  int64: (view, at) => view.getInt32(at * 8 + 4, true) * 2 ** 32 + view.getUint32(at * 8, true),
  int32: (view, at) => view.getInt32(at * 4, true),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => view.getUint8(at),
};

/**
 * Reads what shape inference needs of a constant: its header, and its elements if they are few and
 * of a type used in shape arithmetic.
 */
export function readConstant(model: Model, tensor: Tensor): Shaped {
  const { dataType, dims, data } = tensor;
  const count = countOf(dims);
  const limit = dataType?.startsWith('float') ? floatLimit : contentLimit;
  const read = dataType && readers[dataType];
  const bytes = read && count <= limit && data.kind !== 'external' && elements(model, tensor);
  if (!read || !bytes) return plain(dataType, dims);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return plain(
    dataType,
    dims,
    Array.from({ length: count }, (_, at) => read(view, at)),
  );
}

/** `checkModel` reports damaged constants; here they are just unknown. */
function elements(model: Model, tensor: Tensor): Uint8Array | undefined {
  try {
    return readTensor(model, tensor);
  } catch {
    return undefined;
  }
}
