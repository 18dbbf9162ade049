/** Tags about how to show an image, with their largest value; 1 is the smallest and the default. */
const shown = new Map([
  [274, 8], // Orientation
  [296, 3], // ResolutionUnit
]);
/** SHORT, the type of these tags. */
const short = 3;

/**
 * Returns a TIFF whose tags about how to show it are valid: scanners write 0 for "unknown", which
 * libtiff rejects with the whole file. Returns a copy only if there is something to change, and any
 * other file as it is. TIFF 6.0, section 2; BigTIFF as in libtiff.
 */
export function withSoundTags(bytes: Uint8Array): Uint8Array {
  const wrong = wrongTags(bytes);
  if (wrong.length === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  for (const { at, little } of wrong) view.setUint16(at, 1, little);
  return copy;
}

/** Places of the invalid values in the first directory. */
function wrongTags(bytes: Uint8Array): { readonly at: number; readonly little: boolean }[] {
  const order = String.fromCharCode(...bytes.subarray(0, 2));
  if (bytes.length < 16 || (order !== 'II' && order !== 'MM')) return [];
  const little = order === 'II';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return [];
  const big = version === 43;
  const long = (at: number): number =>
    at + 8 <= bytes.length ? Number(view.getBigUint64(at, little)) : 0;
  const first = big ? long(8) : view.getUint32(4, little);
  const [countSize, entrySize, valueAt] = big ? [8, 20, 12] : [2, 12, 8];
  if (first + countSize > bytes.length) return [];
  const count = big ? long(first) : view.getUint16(first, little);
  const wrong: { at: number; little: boolean }[] = [];
  for (let index = 0; index < count; index++) {
    const entry = first + countSize + index * entrySize;
    if (entry + entrySize > bytes.length) break;
    const most = shown.get(view.getUint16(entry, little));
    if (most === undefined || view.getUint16(entry + 2, little) !== short) continue;
    const value = view.getUint16(entry + valueAt, little);
    if (value < 1 || value > most) wrong.push({ at: entry + valueAt, little });
  }
  return wrong;
}
