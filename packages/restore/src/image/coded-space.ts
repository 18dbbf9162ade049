import type { Chromaticity, ColourSpace } from './colour-profile.ts';

type Primaries = NonNullable<ColourSpace['primaries']>;

export const d65: Chromaticity = [0.3127, 0.329];
export const srgbPrimaries: Primaries = [
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
export function codedSpace(
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

export function isSrgb({ primaries: found, gamma }: ColourSpace): boolean {
  return gamma === 'srgb' && found === srgbPrimaries;
}
