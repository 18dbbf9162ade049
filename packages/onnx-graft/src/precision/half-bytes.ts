import { toFloat16 } from '../number/float16.ts';

// Typed arrays use the machine's byte order, which is ONNX's wherever Node runs and browsers do.

/** Largest finite float16. */
const largest = 65504;

/** Smallest normal float16: numbers below it keep fewer and fewer digits. */
const smallest = 2 ** -14;

/** Little-endian float32 bytes as float16 bytes, each number rounded to nearest even. */
export function halfBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(toFloat16(floats(bytes)).buffer);
}

/**
 * Whether float16 has room for a tensor of little-endian float32 bytes: nothing finite in it becomes
 * infinite, and it is not so small as a whole that float16 blurs or loses it, as the epsilon of a
 * norm is. Single small numbers beside larger ones are no loss.
 */
export function fitsHalf(bytes: Uint8Array): boolean {
  let most = 0;
  for (const value of floats(bytes)) {
    const size = Math.abs(value);
    if (size > most && size !== Number.POSITIVE_INFINITY) most = size;
  }
  return most === 0 || (most >= smallest && most <= largest);
}

/** The numbers that bytes stand for; a view of them where they lie as a Float32Array has to. */
function floats(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(buffer, byteOffset, length / 4);
}
