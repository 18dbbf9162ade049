import type { Random } from '@pip-graft/weights';
import { compressJpeg } from './jpeg-artefacts.ts';
import { drawIn, drawLog, drawWhole, type Range } from './range.ts';

/** Ranges that {@link dimLight} draws from. */
export interface LowLightRanges {
  /** The value that white becomes, 0 to 1; its logarithm is uniformly distributed. */
  readonly gain: Range;
  /** Exponent of the camera's curve, in addition to low light; less below a gain of 0.1. */
  readonly gamma: Range;
  /** Share of the image that is still lit, by lamps or by a sky: its brightest parts. */
  readonly lit: Range;
  /** Deviation of the noise without light, in levels of 255. */
  readonly read: Range;
  /** Deviation of photon noise at full light, in levels of 255 of linear light. */
  readonly shot: Range;
  /** Quality of the JPEG file, for the quarter that are stored as one. */
  readonly jpeg: Range;
}

export const lowLightRanges: LowLightRanges = {
  gain: [0.03, 0.6],
  gamma: [1, 1.6],
  lit: [0, 0],
  read: [0, 2],
  shot: [0, 4],
  jpeg: [75, 98],
};

/** The exposure and sensor of one dark image. */
export interface Dimness {
  /** The value that white becomes. */
  readonly gain: number;
  readonly gamma: number;
  /** Whether values are scaled, as by an editor, instead of light, as by a short exposure. */
  readonly scaled: boolean;
  /** Deviation of the constant noise, in linear light, 0 to 1. */
  readonly read: number;
  /** Variance of the noise per unit of light: photon noise. */
  readonly shot: number;
}

/**
 * Computes `gain · (dark / gain)^gamma`, where `dark` is the value in light so low that white
 * becomes `gain`, and adds noise of variance `read² + shot · light` in linear light.
 *
 * @param lamps share of its light that each pixel keeps, (height, width); default: none
 */
export function applyDimness(
  planes: Float32Array,
  { gain, gamma, scaled, read, shot }: Dimness,
  random: Random,
  lamps?: Float32Array,
): Float32Array {
  const exposure = decodeLight(gain);
  // Images have 8 bits: a quarter of a level is exact enough, and each power is computed once.
  const steps = 4 * 255;
  const lights = Float64Array.from({ length: steps + 1 }, (_, at) => {
    const clean = at / steps;
    const dark = scaled ? clean : encodeLight(exposure * decodeLight(clean)) / gain;
    return decodeLight(gain * dark ** gamma);
  });
  return planes.map((value, at) => {
    const dark = lights[Math.round(Math.min(1, Math.max(0, value)) * steps)]!;
    const kept = lamps === undefined ? 0 : lamps[at % lamps.length]!;
    const light = kept === 0 ? dark : dark + kept * (decodeLight(value) - dark);
    return encodeLight(light + random.normal(0, Math.sqrt(read * read + shot * light)));
  });
}

/**
 * Darkens an image and adds the noise of its sensor: seven of ten as by a short exposure, the
 * others by scaling values; a quarter are stored as JPEG.
 *
 * @example await dimLight(planes, 128, 128, new Random(7))
 */
export async function dimLight(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: LowLightRanges = lowLightRanges,
): Promise<Float32Array> {
  const dimness = drawDimness(random, ranges);
  const lit = drawIn(ranges.lit, random.fork('lit'));
  const lamps = lit > 0 ? lampLight(planes, width, height, lit) : undefined;
  const dark = applyDimness(planes, dimness, random, lamps);
  const stored = random.fork('jpeg');
  if (stored.uniform() >= 0.25) return dark;
  return compressJpeg(dark, width, height, drawWhole(ranges.jpeg, stored));
}

/** Draws what {@link dimLight} applies. */
export function drawDimness(random: Random, ranges: LowLightRanges = lowLightRanges): Dimness {
  const gain = drawLog(ranges.gain, random);
  // Near darkness, sRGB's curve is 2.2 already, and more leaves nothing.
  const gamma = 1 + (drawIn(ranges.gamma, random) - 1) * Math.min(1, gain / 0.1);
  const scaled = random.uniform() < 0.3;
  // Levels near black are steps of 1 / 12.92 of linear light.
  const read = drawIn(ranges.read, random) / 255 / 12.92;
  const shot = (drawIn(ranges.shot, random) / 255) ** 2;
  return { gain, gamma, scaled, read, shot };
}

/** Cells across an image in which it is lit or dark. */
const lampCells = 24;

/** Brightness above the dark parts', 0 to 1, from which a part is fully lit. */
const lampContrast = 0.15;

/**
 * Where lamps or a sky light an image, (height, width), 0 to 1: the brightest `share` of it, with
 * soft edges. An image of one brightness has no such parts.
 */
function lampLight(
  planes: Float32Array,
  width: number,
  height: number,
  share: number,
): Float32Array {
  const size = width * height;
  const [columns, rows] = [Math.min(lampCells, width), Math.min(lampCells, height)];
  const sums = new Float32Array(columns * rows);
  const counts = new Float32Array(columns * rows);
  for (let at = 0; at < size; at++) {
    const column = Math.floor(((at % width) * columns) / width);
    const cell = Math.floor((Math.floor(at / width) * rows) / height) * columns + column;
    sums[cell]! += (planes[at]! + planes[size + at]! + planes[2 * size + at]!) / 3;
    counts[cell]! += 1;
  }
  const bright = sums.map((sum, cell) => sum / counts[cell]!);
  const from = bright.toSorted()[Math.floor((1 - share) * (bright.length - 1))]!;
  const lit = bright.map((value) => Math.min(1, Math.max(0, (value - from) / lampContrast)));
  const light = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    const across = cellAt(at % width, width, columns);
    const down = cellAt(Math.floor(at / width), height, rows);
    const above = down.first * columns;
    const below = down.next * columns;
    const upper = mix(lit[above + across.first]!, lit[above + across.next]!, across.share);
    const lower = mix(lit[below + across.first]!, lit[below + across.next]!, across.share);
    light[at] = mix(upper, lower, down.share);
  }
  return light;
}

/** The two cells whose middles are around a pixel, and how far it is on the way to the second. */
function cellAt(at: number, size: number, cells: number) {
  const place = Math.min(cells - 1, Math.max(0, ((at + 0.5) * cells) / size - 0.5));
  const first = Math.floor(place);
  return { first, next: Math.min(cells - 1, first + 1), share: place - first };
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}

/** Converts a value of a file to light, both 0 to 1 (sRGB, IEC 61966-2-1). */
function decodeLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Converts light to the value of a file; light that noise made negative stays negative. */
function encodeLight(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}
