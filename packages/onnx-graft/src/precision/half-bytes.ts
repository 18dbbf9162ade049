import { setFloat16 } from '@petamoriken/float16';

/** Largest finite float16. */
const largest = 65504;

/** Smallest normal float16: numbers below it keep fewer and fewer digits. */
const smallest = 2 ** -14;

/** Little-endian float32 bytes as float16 bytes, each number rounded to nearest even. */
export function halfBytes(bytes: Uint8Array): Uint8Array {
  const wide = view(bytes);
  const half = new DataView(new ArrayBuffer(bytes.length / 2));
  for (let at = 0; at < half.byteLength; at += 2) {
    setFloat16(half, at, wide.getFloat32(2 * at, true), true);
  }
  return new Uint8Array(half.buffer);
}

/**
 * Whether float16 has room for a tensor of little-endian float32 bytes: nothing finite in it becomes
 * infinite, and it is not so small as a whole that float16 blurs or loses it, as the epsilon of a
 * norm is. Single small numbers beside larger ones are no loss.
 */
export function fitsHalf(bytes: Uint8Array): boolean {
  const wide = view(bytes);
  let most = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const size = Math.abs(wide.getFloat32(at, true));
    if (size > most && size !== Number.POSITIVE_INFINITY) most = size;
  }
  return most === 0 || (most >= smallest && most <= largest);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
