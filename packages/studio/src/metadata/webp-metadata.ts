import { type Kept, uprightExif, uprightXmp } from './exif.ts';

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
}

/** Flags in the header of an extended file. */
const [hasAlpha, hasExif, hasXmp] = [0x10, 0x08, 0x04];
const exifPrefix = 'Exif\0\0';

/**
 * Adds EXIF and XMP of another WebP file. Drops colour profiles, which no longer fit the colours.
 * Source: RFC 9649, section 2.
 */
export function keepWebpMetadata(made: Uint8Array, original: Uint8Array): Kept {
  const names = new Set<string>();
  const dropped = new Set<string>();
  const kept: Chunk[] = [];
  for (const { type, content } of chunks(original)) {
    if (type === 'ANIM') dropped.add('the animation (the first frame is kept)');
    if (type === 'ICCP') dropped.add('the colour profile (colours are sRGB now)');
    if (type === 'XMP ' && !names.has('XMP')) {
      kept.push({ type, content: uprightXmp(content) });
      names.add('XMP');
    }
    if (type !== 'EXIF' || names.has('EXIF')) continue;
    // The prefix is JPEG's; many writers leave it in.
    const prefixed = String.fromCharCode(...content.subarray(0, 6)) === exifPrefix;
    const exif = uprightExif(prefixed ? content.subarray(6) : content);
    if (exif) {
      kept.unshift({ type, content: exif });
      names.add('EXIF');
    } else dropped.add('EXIF that is damaged');
  }
  const own = [...chunks(made)];
  const header = extendedHeader(own);
  const told = { kept: [...names], dropped: [...dropped] };
  if (kept.length === 0) return { file: new Blob([made as BlobPart]), ...told };
  if (header === undefined) {
    const lost = [...names].map((name) => `${name} (the browser's file cannot hold it)`);
    return { file: new Blob([made as BlobPart]), kept: [], dropped: [...dropped, ...lost] };
  }
  header[0]! |= (names.has('EXIF') ? hasExif : 0) | (names.has('XMP') ? hasXmp : 0);
  const image = own.filter(({ type }) => !['VP8X', 'EXIF', 'XMP '].includes(type));
  const all = [{ type: 'VP8X', content: header }, ...image, ...kept].map(chunkBytes);
  const size = all.reduce((sum, bytes) => sum + bytes.length, 4);
  const head = [...latin1('RIFF'), ...littleEndian(size, 4), ...latin1('WEBP')];
  return { file: new Blob([Uint8Array.from(head), ...all] as BlobPart[]), ...told };
}

/** Yields the chunks of a file; of a truncated file, the complete ones. */
function* chunks(file: Uint8Array): Generator<Chunk> {
  const text = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  if (text(0) !== 'RIFF' || text(8) !== 'WEBP') return;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  let at = 12;
  while (at + 8 <= file.length) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > file.length) return;
    yield { type: text(at), content: file.subarray(at + 8, at + 8 + length) };
    // Chunks begin at even places.
    at += 8 + length + (length % 2);
  }
}

/** Returns the content of the chunk `VP8X`: the file's, or a new one with the size of its image. */
function extendedHeader(own: readonly Chunk[]): Uint8Array | undefined {
  const [first] = own;
  if (first === undefined) return undefined;
  const { type, content } = first;
  if (type === 'VP8X' && content.length >= 10) return content.slice(0, 10);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (type === 'VP8 ' && content.length >= 10) {
    const [width, height] = [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
    return header(0, width, height);
  }
  if (type === 'VP8L' && content.length >= 5) {
    const bits = view.getUint32(1, true);
    const alpha = (bits >>> 28) & 1 ? hasAlpha : 0;
    return header(alpha, (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  return undefined;
}

function header(flags: number, width: number, height: number): Uint8Array {
  const sizes = [...littleEndian(width - 1, 3), ...littleEndian(height - 1, 3)];
  return Uint8Array.from([flags, 0, 0, 0, ...sizes]);
}

function chunkBytes({ type, content }: Chunk): Uint8Array {
  const filling = content.length % 2 === 1 ? [0] : [];
  return Uint8Array.from([
    ...latin1(type),
    ...littleEndian(content.length, 4),
    ...content,
    ...filling,
  ]);
}

function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => (value >>> (8 * at)) & 0xff);
}

function latin1(text: string): number[] {
  return [...text].map((char) => char.charCodeAt(0));
}
