interface Segment {
  readonly marker: number;
  /** Marker, length and content. */
  readonly bytes: Uint8Array;
}

const [startOfScan, app1, app2, app13, comment] = [0xda, 0xe1, 0xe2, 0xed, 0xfe];
const exifName = 'Exif\0\0';
const xmpName = 'http://ns.adobe.com/xap/1.0/\0';

/**
 * Adds metadata of another JPEG file: EXIF, XMP, IPTC and comments. Drops colour profiles, which no
 * longer fit the colours.
 */
export function keepJpegMetadata(made: Uint8Array, original: Uint8Array): Kept {
  const kept: Uint8Array[] = [];
  const names = new Set<string>();
  const dropped = new Set<string>();
  for (const { marker, bytes } of segments(original)) {
    const content = bytes.subarray(4);
    if (marker === app1 && startsWith(content, exifName)) {
      const upright = uprightExif(content.subarray(exifName.length));
      const exif = upright && segment(app1, exifName, upright);
      if (exif) {
        kept.push(exif);
        names.add('EXIF');
      } else dropped.add('EXIF that is damaged');
    } else if (marker === app1 && startsWith(content, xmpName)) {
      const xmp = segment(app1, xmpName, uprightXmp(content.subarray(xmpName.length)));
      if (xmp) {
        kept.push(xmp);
        names.add('XMP');
      } else dropped.add('XMP that is damaged');
    } else if (marker === app13) {
      kept.push(bytes);
      names.add('IPTC');
    } else if (marker === comment) {
      kept.push(bytes);
      names.add('comments');
    } else if (marker === app2 && startsWith(content, 'MPF\0')) {
      dropped.add('further images in the file, such as the gain map for HDR screens');
    } else if (marker === app2 && startsWith(content, 'ICC_PROFILE\0')) {
      dropped.add('the colour profile (colours are sRGB now)');
    }
  }
  const file = new Blob([made.subarray(0, 2), ...kept, made.subarray(2)] as BlobPart[]);
  return { file, kept: [...names], dropped: [...dropped] };
}

/** Yields the segments before the image data; of a truncated file, the complete ones. */
function* segments(file: Uint8Array): Generator<Segment> {
  if (file[0] !== 0xff || file[1] !== 0xd8) return;
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1]!;
    const length = 2 + (file[at + 2]! << 8) + file[at + 3]!;
    if (marker === startOfScan || length < 4 || at + length > file.length) return;
    yield { marker, bytes: file.subarray(at, at + length) };
    at += length;
  }
}

/**
 * Returns undefined for more than its length can say. XMP grows in the conversion if it is not UTF-8:
 * each invalid byte becomes three.
 */
function segment(marker: number, name: string, content: Uint8Array): Uint8Array | undefined {
  const length = 2 + name.length + content.length;
  if (length > 0xffff) return undefined;
  const head = [0xff, marker, length >> 8, length & 0xff];
  return Uint8Array.from([...head, ...new TextEncoder().encode(name), ...content]);
}

function startsWith(content: Uint8Array, text: string): boolean {
  return [...text].every((char, at) => content[at] === char.charCodeAt(0));
}

/** Tags of the first directory of EXIF data. */
const orientationTag = 0x0112;

/**
 * Converts EXIF data (a TIFF structure) for an upright image: sets the orientation to 1, and
 * unlinks the thumbnail, which shows the image before restoration. Returns undefined for invalid
 * data; none of it is kept.
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
