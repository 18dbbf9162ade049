import { codedSpace, isSrgb } from './coded-space.ts';
import type { ColourSpace } from './colour-profile.ts';

/** Boxes that hold the properties of an AVIF file's images, from the outside in, and bytes before what they hold. */
const path: readonly (readonly [string, number])[] = [
  ['meta', 4],
  ['iprp', 0],
  ['ipco', 0],
];

/**
 * Returns the colour space that an AVIF file says its images have, in a `colr` box of the kind
 * `nclx`; undefined for sRGB, without one, or for any other file. ISO/IEC 14496-12, 12.1.5.
 *
 * Throws an Error for high dynamic range.
 */
export function avifSpace(bytes: Uint8Array): ColourSpace | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  let inside: Buffer | undefined = file;
  for (const [name, skipped] of path) inside = inside && find(inside, name)?.subarray(skipped);
  for (const { name, content } of inside ? boxes(inside) : []) {
    if (name !== 'colr' || content.toString('latin1', 0, 4) !== 'nclx' || content.length < 10)
      continue;
    const space = codedSpace(
      { primary: content.readUInt16BE(4), transfer: content.readUInt16BE(6) },
      'srgb',
    );
    return space && !isSrgb(space) ? space : undefined;
  }
  return undefined;
}

function find(inside: Buffer, wanted: string): Buffer | undefined {
  for (const { name, content } of boxes(inside)) if (name === wanted) return content;
  return undefined;
}

function* boxes(inside: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let at = 0; at + 8 <= inside.length; ) {
    const stated = inside.readUInt32BE(at);
    // 0: to the end; 1: a size of 64 bits, which no box before the pixels needs.
    const size = stated === 0 ? inside.length - at : stated;
    if (size < 8 || at + size > inside.length) return;
    yield {
      name: inside.toString('latin1', at + 4, at + 8),
      content: inside.subarray(at + 8, at + size),
    };
    at += size;
  }
}
