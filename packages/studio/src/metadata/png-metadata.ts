import { type Kept, uprightExif } from './exif.ts';

/** Names of kept chunks, for people; others describe pixels that have changed, and are dropped. */
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
  for (const { type, bytes } of chunks(original)) {
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

function* chunks(file: Uint8Array): Generator<{ type: string; bytes: Uint8Array }> {
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

/** Computes the checksum of PNG chunks. PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
