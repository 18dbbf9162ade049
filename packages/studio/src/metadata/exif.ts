/** Tags of the first directory of EXIF data. */
const orientationTag = 0x0112;

/**
 * Converts EXIF data (a TIFF structure) for an upright image: sets the orientation to 1, and
 * unlinks the thumbnail, which shows the image before restoration. Returns undefined for invalid
 * data, of which nothing is kept.
 */
export function uprightExif(exif: Uint8Array): Uint8Array | undefined {
  const copy = exif.slice();
  const view = new DataView(copy.buffer);
  if (copy.length < 14) return undefined;
  const little = view.getUint16(0) === 0x4949;
  if (!little && view.getUint16(0) !== 0x4d4d) return undefined;
  const first = view.getUint32(4, little);
  if (first < 8 || first + 2 > copy.length) return undefined;
  const end = first + 2 + 12 * view.getUint16(first, little);
  if (end + 4 > copy.length) return undefined;
  for (let at = first + 2; at < end; at += 12) {
    // A SHORT, stored in the entry itself.
    if (view.getUint16(at, little) === orientationTag) view.setUint16(at + 8, 1, little);
  }
  view.setUint32(end, 0, little);
  return copy;
}

/** Converts XMP data for an upright image. */
export function uprightXmp(xmp: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(xmp);
  const upright = text.replaceAll(/(tiff:Orientation(?:="|='|>))\d/g, '$11');
  return new TextEncoder().encode(upright);
}

/** A file with metadata of another, and in words what was kept and what was not. */
export interface Kept {
  readonly file: Blob;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}
