import { type Kept, uprightExif, uprightXmp } from './exif.ts';

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
      dropped.add('further images in the file, such as what brightens it on an HDR screen');
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
