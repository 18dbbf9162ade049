import { type Kept, uprightExif, uprightXmp } from './jpeg-metadata.ts';

/** Names of kept pngChunks, for people; others describe pixels that have changed, and are dropped. */
const keptTypes: Readonly<Record<string, string>> = {
  eXIf: 'EXIF',
  tEXt: 'texts',
  zTXt: 'texts',
  iTXt: 'texts',
  pHYs: 'the resolution',
  tIME: 'the time',
};

/** Length of the signature and of IHDR, which every PNG begins with. */
const headLength = 8 + 12 + 13;

/**
 * Adds metadata of another PNG file: EXIF, texts, resolution, time. Drops colour profiles, which no
 * longer fit the colours.
 */
export function keepPngMetadata(made: Uint8Array, original: Uint8Array): Kept {
  const kept: Uint8Array[] = [];
  const names = new Set<string>();
  const dropped = new Set<string>();
  for (const { type, bytes } of pngChunks(original)) {
    if (type === 'IHDR' && bytes[16] === 16) dropped.add('16 bits a channel');
    if (type === 'acTL') dropped.add('the animation (the first frame is kept)');
    if (type === 'iCCP') dropped.add('the colour profile (colours are sRGB now)');
    const name = Object.hasOwn(keptTypes, type) ? keptTypes[type]! : undefined;
    if (name === undefined) continue;
    const chunk = type === 'eXIf' ? upright(bytes) : bytes;
    if (chunk) {
      kept.push(chunk);
      names.add(name);
    } else dropped.add('EXIF that is damaged');
  }
  const parts = [made.subarray(0, headLength), ...kept, made.subarray(headLength)];
  return { file: new Blob(parts as BlobPart[]), kept: [...names], dropped: [...dropped] };
}

function* pngChunks(file: Uint8Array): Generator<{ type: string; bytes: Uint8Array }> {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < headLength || view.getUint32(0) !== 0x89504e47) return;
  let at = 8;
  while (at + 12 <= file.length) {
    const length = 12 + view.getUint32(at);
    if (at + length > file.length) return;
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    yield { type, bytes: file.subarray(at, at + length) };
    at += length;
  }
}

function upright(chunk: Uint8Array): Uint8Array | undefined {
  const exif = uprightExif(chunk.subarray(8, -4));
  if (exif === undefined) return undefined;
  const made = chunk.slice();
  made.set(exif, 8);
  new DataView(made.buffer).setUint32(made.length - 4, crc32(made.subarray(4, -4)));
  return made;
}

/** Computes the checksum of PNG pngChunks. PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

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
  for (const { type, content } of riffChunks(original)) {
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
  const own = [...riffChunks(made)];
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

/** Yields the riffChunks of a file; of a truncated file, the complete ones. */
function* riffChunks(file: Uint8Array): Generator<Chunk> {
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
