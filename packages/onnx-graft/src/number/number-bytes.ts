import { GraftError } from '../error.ts';
import type { DataType } from '../model/data-type.ts';

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

// Typed arrays use the machine's byte order, which is ONNX's wherever Node runs and browsers do.

/** Values of the 65,536 float16s; made on first use. */
let table: Float32Array | undefined;

/** Numbers of half-precision bits; exact. */
export function fromFloat16(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, word) => numberOf(word));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!;
  return values;
}

/** IEEE half-precision bits of each number, rounded to nearest even; infinite from 65520. */
export function toFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const size = word & 0x7fffffff;
    bits[i] = ((word >>> 16) & 0x8000) | sizeBits(size);
  }
  return bits;
}

/** Half-precision bits of a double, rounded once; by way of float32 it would be rounded twice. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  if (size < 2 ** exponent) exponent -= 1;
  else if (size >= 2 ** (exponent + 1)) exponent += 1;
  // A mantissa that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024));
}

/** The number of one float16's bits. */
function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Float16 bits without the sign, of float32 bits without the sign. */
function sizeBits(size: number): number {
  // 2^-14 and more: the exponent is 112 less, and 13 bits of the fraction are dropped.
  if (size >= 0x38800000) {
    if (size > 0x7f800000) return 0x7e00;
    if (size >= 0x47800000) return 0x7c00;
    const kept = size - 0x38000000;
    return (kept + 0xfff + ((kept >>> 13) & 1)) >>> 13;
  }
  // 2^-25 and less is zero.
  if (size <= 0x33000000) return 0;
  const fraction = (size & 0x7fffff) | 0x800000;
  const drop = 126 - (size >>> 23);
  return (fraction + (1 << (drop - 1)) - 1 + ((fraction >>> drop) & 1)) >>> drop;
}

function roundEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}
