import { GraftError } from '../error.ts';
import type { DataType } from '../model/data-type.ts';
import { float16Bits } from '../number/float16.ts';

/**
 * Numbers as the little-endian bytes ONNX keeps in `raw_data`: float32, float16, bfloat16, float64,
 * int64, int32, uint8 and bool. For the few numbers of an authored graph; weights have their own
 * conversion. Errors: `INVALID_ARGUMENT` for any other type.
 *
 * @example numberBytes([1, -1], 'int64').length // 16
 */
export function numberBytes(values: readonly number[], type: DataType): Uint8Array {
  const write = writers[type];
  if (write === undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Constants of type ${type} cannot be authored; use float32, float16, bfloat16, float64, int64, int32, uint8 or bool.`,
    );
  }
  const bytes = new Uint8Array(values.length * write.width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    write.put(view, index * write.width, value);
  });
  return bytes;
}

interface Writer {
  readonly width: number;
  readonly put: (view: DataView, at: number, value: number) => void;
}

const byte: Writer = { width: 1, put: (view, at, value) => view.setUint8(at, value) };

const writers: Partial<Record<DataType, Writer>> = {
  float32: { width: 4, put: (view, at, value) => view.setFloat32(at, value, true) },
  float64: { width: 8, put: (view, at, value) => view.setFloat64(at, value, true) },
  float16: { width: 2, put: (view, at, value) => view.setUint16(at, float16Bits(value), true) },
  bfloat16: { width: 2, put: (view, at, value) => view.setUint16(at, brainBits(value), true) },
  int64: { width: 8, put: (view, at, value) => view.setBigInt64(at, BigInt(value), true) },
  int32: { width: 4, put: (view, at, value) => view.setInt32(at, value, true) },
  uint8: byte,
  bool: byte,
};

const cell = new DataView(new ArrayBuffer(4));

/** bfloat16 is float32 cut to its upper half, rounded to nearest even. */
function brainBits(value: number): number {
  cell.setFloat32(0, value);
  const bits = cell.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
