import { crc32, deflateSync } from 'node:zlib';
import { codedSpace, d65, isSrgb, srgbPrimaries } from './coded-space.ts';
import { type Chromaticity, type ColourSpace, colourProfile } from './colour-profile.ts';
import { pngChunk, pngChunks, pngHead } from './png-chunks.ts';

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
