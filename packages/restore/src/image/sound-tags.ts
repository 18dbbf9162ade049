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
function wrongTags(bytes: Uint8Array): readonly Tag[] {
  return firstDirectory(bytes).tags.filter(({ tag, type, value }) => {
    const most = shown.get(tag);
    return most !== undefined && type === short && (value < 1 || value > most);
  });
}

/** NewSubfileType: what a page is; its lowest bit marks a small copy of another page. */
const subfileType = 254;

/** Directories inside the first, in which raw files keep the image itself. */
const subDirectories = 330;

/** Whether the first page of a TIFF is a small copy of another: a thumbnail. */
export function startsWithThumbnail(bytes: Uint8Array): boolean {
  const { tags, hasNext } = firstDirectory(bytes);
  const hasOthers = hasNext || tags.some(({ tag }) => tag === subDirectories);
  return hasOthers && tags.some(({ tag, value }) => tag === subfileType && (value & 1) === 1);
}

/** A tag of one number that fits its entry, and the place of that number. */
interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly value: number;
  readonly at: number;
  readonly little: boolean;
}

/** A TIFF's first directory, and whether another page follows; no tags for any other file. */
function firstDirectory(bytes: Uint8Array): { readonly tags: Tag[]; readonly hasNext: boolean } {
  const none = { tags: [], hasNext: false };
  const order = String.fromCharCode(...bytes.subarray(0, 2));
  if (bytes.length < 16 || (order !== 'II' && order !== 'MM')) return none;
  const little = order === 'II';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(2, little);
  if (version !== 42 && version !== 43) return none;
  const big = version === 43;
  const long = (at: number): number =>
    at + 8 <= bytes.length ? Number(view.getBigUint64(at, little)) : 0;
  const first = big ? long(8) : view.getUint32(4, little);
  const [countSize, entrySize, valueAt] = big ? [8, 20, 12] : [2, 12, 8];
  if (first + countSize > bytes.length) return none;
  const count = big ? long(first) : view.getUint16(first, little);
  const tags: Tag[] = [];
  for (let index = 0; index < count; index++) {
    const entry = first + countSize + index * entrySize;
    if (entry + entrySize > bytes.length) break;
    const type = view.getUint16(entry + 2, little);
    const at = entry + valueAt;
    const value = type === short ? view.getUint16(at, little) : view.getUint32(at, little);
    tags.push({ tag: view.getUint16(entry, little), type, value, at, little });
  }
  const end = first + countSize + count * entrySize;
  const size = big ? 8 : 4;
  const hasNext = end + size <= bytes.length && bytes.subarray(end, end + size).some(Boolean);
  return { tags, hasNext };
}
