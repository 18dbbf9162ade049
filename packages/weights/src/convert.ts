import { type DataType, fromFloat16, toFloat16 } from '@pip-graft/onnx-graft';

// Typed arrays use the machine's byte order. Every platform Node ships for that
// this project supports is little-endian, and so are ONNX and safetensors.

/** Element types in which weights may be stored. */
export type StoredFloat = 'float32' | 'float16' | 'bfloat16' | 'float64';

export { fromFloat16, toFloat16 };

/** bfloat16 bits of each number, rounded to nearest even; NaN stays NaN. */
export function toBFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    // A NaN whose payload sits in the low half would otherwise round to infinity.
    bits[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bits;
}

/** The numbers of bfloat16 bits; exact. */
export function fromBFloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

/** From these numbers on, half of a step past the largest, a type rounds to infinity. */
const infiniteFrom: Readonly<Record<StoredFloat, number>> = {
  float16: 65520,
  bfloat16: 2 ** 128 - 2 ** 119,
  float32: Number.POSITIVE_INFINITY,
  float64: Number.POSITIVE_INFINITY,
};

/**
 * The first number that would become infinite in a stored type; undefined if all stay finite that
 * are.
 *
 * @example firstTooLarge(new Float32Array([1, 1e6]), 'float16') // 1e6
 */
export function firstTooLarge(values: Float32Array, type: StoredFloat): number | undefined {
  const limit = infiniteFrom[type];
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  return values.find((value) => Number.isFinite(value) && Math.abs(value) >= limit);
}

/**
 * Little-endian bytes of numbers in a stored type.
 *
 * @example encodeFloats(new Float32Array([1]), 'float16') // Uint8Array [0x00, 0x3c]
 */
export function encodeFloats(values: Float32Array, type: StoredFloat): Uint8Array {
  const stored =
    type === 'float32'
      ? values
      : type === 'float16'
        ? toFloat16(values)
        : type === 'bfloat16'
          ? toBFloat16(values)
          : Float64Array.from(values);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** The numbers of little-endian bytes of a stored type; float64 is rounded to float32. */
export function decodeFloats(bytes: Uint8Array, type: StoredFloat): Float32Array {
  const { buffer } = new Uint8Array(bytes);
  if (type === 'float32') return new Float32Array(buffer);
  if (type === 'float16') return fromFloat16(new Uint16Array(buffer));
  if (type === 'bfloat16') return fromBFloat16(new Uint16Array(buffer));
  return Float32Array.from(new Float64Array(buffer));
}

/** Least and largest number of an element type, and whether it holds fractions. */
const held: Readonly<Partial<Record<DataType, readonly [number, number, boolean]>>> = {
  float16: [-65_504, 65_504, true],
  bfloat16: [-3.3895e38, 3.3895e38, true],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38, true],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE, true],
  bool: [0, 1, false],
  uint8: [0, 255, false],
  int8: [-128, 127, false],
  uint16: [0, 65_535, false],
  int16: [-32_768, 32_767, false],
  uint32: [0, 2 ** 32 - 1, false],
  int32: [-(2 ** 31), 2 ** 31 - 1, false],
  uint64: [0, Number.MAX_SAFE_INTEGER, false],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, false],
};

/**
 * Reason why a tensor of an element type cannot hold a number as it is; undefined if it can.
 *
 * @example whyNotHeld(2.5, 'int64') // 'int64 holds whole numbers only'
 */
export function whyNotHeld(value: number, type: DataType | undefined): string | undefined {
  const [least, most, fractions] = (type && held[type]) ?? [];
  if (least === undefined || most === undefined) return undefined;
  if (type === 'bool' && value !== 0 && value !== 1) return 'bool holds 0 (false) and 1 (true)';
  if (!fractions && !Number.isInteger(value)) return `${type} holds whole numbers only`;
  return value >= least && value <= most ? undefined : `${type} holds ${least} to ${most}`;
}
