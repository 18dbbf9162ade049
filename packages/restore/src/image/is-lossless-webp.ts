/** Bytes before the chunks of a frame inside ANMF: its place, size, duration and flags. */
const frameHead = 16;

/**
 * Whether a WebP file holds its (first) picture without loss: in a VP8L chunk, not in VP8.
 * False for anything that is no WebP. RFC 9649, section 2.
 */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== 'RIFF' || name(8) !== 'WEBP') return false;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const chunk = name(at);
    if (chunk === 'VP8L') return true;
    if (chunk === 'VP8 ') return false;
    const size = view.getUint32(at + 4, true);
    at += 8 + (chunk === 'ANMF' ? frameHead : size + (size % 2));
  }
  return false;
}
