import { crc32, deflateSync } from 'node:zlib';
import { type Chromaticity, type ColourSpace, colourProfile } from './colour-profile.ts';
import { pngChunk, pngChunks, pngHead } from './formats.ts';

type Primaries = NonNullable<ColourSpace['primaries']>;

const d65: Chromaticity = [0.3127, 0.329];
const srgbPrimaries: Primaries = [
  [0.64, 0.33],
  [0.3, 0.6],
  [0.15, 0.06],
];

/** Primaries by their number in ITU-T H.273; those with another white are rare. */
const primaries: ReadonlyMap<number, Primaries> = new Map([
  [1, srgbPrimaries],
  [
    5,
    [
      [0.64, 0.33],
      [0.29, 0.6],
      [0.15, 0.06],
    ],
  ],
  [
    6,
    [
      [0.63, 0.34],
      [0.31, 0.595],
      [0.155, 0.07],
    ],
  ],
  [
    9,
    [
      [0.708, 0.292],
      [0.17, 0.797],
      [0.131, 0.046],
    ],
  ],
  [
    12,
    [
      [0.68, 0.32],
      [0.265, 0.69],
      [0.15, 0.06],
    ],
  ],
]);
/** Transfers by their number. */
const transfers: ReadonlyMap<number, ColourSpace['gamma']> = new Map<number, ColourSpace['gamma']>([
  [4, 2.2],
  [5, 2.8],
  [8, 1],
  [13, 'srgb'],
]);
/** The curves of video cameras; files of still images say so without meaning it. */
const video = new Set([1, 6, 14, 15]);
const highRange: ReadonlyMap<number, string> = new Map([
  [16, 'PQ'],
  [18, 'HLG'],
]);

/**
 * Returns the colour space of two code points of ITU-T H.273; undefined if one is not known here.
 *
 * @param ofVideo the transfer to use for those of video
 *
 * Throws an Error for high dynamic range, for which no conversion to sRGB is the right one.
 */
function codedSpace(
  { primary, transfer }: { readonly primary: number; readonly transfer: number },
  ofVideo: ColourSpace['gamma'],
): ColourSpace | undefined {
  const high = highRange.get(transfer);
  if (high !== undefined)
    throw new Error(`its colours are of high dynamic range (${high}), and sRGB is needed`);
  const found = primaries.get(primary);
  const gamma = video.has(transfer) ? ofVideo : transfers.get(transfer);
  if (found === undefined || gamma === undefined) return undefined;
  return { primaries: found, white: d65, gamma };
}

function isSrgb({ primaries: found, gamma }: ColourSpace): boolean {
  return gamma === 'srgb' && found === srgbPrimaries;
}

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

/** How far a gamma may be from sRGB's, as a factor, and a chromaticity: libpng's limits. */
const near = { gamma: 0.05, colour: 0.01 } as const;
/** Colour types without colours. */
const greys = [0, 4];

/**
 * Returns a PNG whose colours a profile describes, if other chunks say that they are not sRGB: sharp
 * reads profiles only. Returns any other file as it is. PNG specification, 4.3.
 *
 * Like libpng, takes a gamma and primaries close to sRGB's for sRGB: many tools write these into
 * files of sRGB.
 *
 * Throws an Error for high dynamic range, for which no conversion to sRGB is the right one.
 */
export function withColourProfile(bytes: Uint8Array): Uint8Array {
  const chunks = pngChunks(bytes);
  const has = (name: string) => chunks.some((chunk) => chunk.name === name);
  const coded = chunkSpace(bytes);
  if (coded === undefined && (has('iCCP') || has('sRGB'))) return bytes;
  const space = coded ?? measuredSpace(bytes);
  if (space === undefined) return bytes;
  return withSpace(bytes, space);
}

/** Returns a PNG with the profile of a space, in place of what it says about its colours. */
export function withSpace(bytes: Uint8Array, space: ColourSpace): Uint8Array {
  const chunks = pngChunks(bytes);
  const kept = chunks
    .filter(({ name }) => name !== 'iCCP' && name !== 'sRGB' && name !== 'IHDR')
    .map(({ from, to }) => bytes.subarray(from, to));
  const pixels = bytes.subarray(chunks.at(-1)!.to);
  const grey = greys.includes(bytes[25]!);
  const profile = isSrgb(space) ? [] : [profileChunk(grey ? withoutColours(space) : space)];
  return Buffer.concat([bytes.subarray(0, pngHead), ...profile, ...kept, pixels]);
}

/** Transfer of video as its displays show it: ITU-R BT.1886. */
const ofVideo = 2.4;

/** The space of a `cICP` chunk; undefined without one, or if it is not known here. */
function chunkSpace(bytes: Uint8Array): ColourSpace | undefined {
  const chunk = pngChunk(bytes, 'cICP', 4);
  return chunk && codedSpace({ primary: chunk.getUint8(0), transfer: chunk.getUint8(1) }, ofVideo);
}

/** The space of a `gAMA` chunk, with the primaries of `cHRM`; undefined if it is close to sRGB. */
function measuredSpace(bytes: Uint8Array): ColourSpace | undefined {
  const encoding = (pngChunk(bytes, 'gAMA', 4)?.getUint32(0) ?? 0) / 100_000;
  if (encoding === 0) return undefined;
  const chunk = pngChunk(bytes, 'cHRM', 32);
  const at = (index: number): Chromaticity => [
    chunk!.getUint32(8 * index) / 100_000,
    chunk!.getUint32(8 * index + 4) / 100_000,
  ];
  const space: ColourSpace =
    chunk && [0, 1, 2, 3].every((index) => at(index)[1] > 0)
      ? { primaries: [at(1), at(2), at(3)], white: at(0), gamma: 1 / encoding }
      : { primaries: srgbPrimaries, white: d65, gamma: 1 / encoding };
  const colours = [space.white, ...space.primaries!];
  const close =
    Math.abs(encoding * 2.2 - 1) <= near.gamma &&
    [d65, ...srgbPrimaries].every((wanted, index) =>
      wanted.every((value, axis) => Math.abs(value - colours[index]![axis]!) <= near.colour),
    );
  return close ? undefined : space;
}

function withoutColours({ white, gamma }: ColourSpace): ColourSpace {
  return { white, gamma };
}

function profileChunk(space: ColourSpace): Buffer {
  const body = Buffer.concat([
    Buffer.from('iCCPcolours\0\0', 'latin1'),
    deflateSync(colourProfile(space)),
  ]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
