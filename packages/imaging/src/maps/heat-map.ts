import { type Image, imageOf } from '../image/image.ts';
import { sameSize } from '../metrics/difference.ts';

/** Values at the ends of a colour scale. */
export interface HeatScale {
  readonly low: number;
  readonly high: number;
}

/** A field of numbers as an image, with its colour scale. */
export interface HeatMap extends HeatScale {
  readonly image: Image;
}

/** A colour outside the map, for values that are not numbers. */
const notFinite = [1, 0, 1] as const;

/**
 * Draws numbers, row by row, as colours from dark (`low` and below) to bright (`high` and above).
 * NaN and infinity are magenta. A scale of zero width makes everything dark.
 *
 * @example heatMap(Float32Array.of(0, 1), 2, 1, { low: 0, high: 1 })
 */
export function heatMap(
  values: Float32Array,
  width: number,
  height: number,
  { low, high }: HeatScale,
): HeatMap {
  const size = width * height;
  const data = new Float32Array(3 * size);
  for (let at = 0; at < size; at++) {
    const value = values[at]!;
    const colour = Number.isFinite(value)
      ? viridis(high > low ? (value - low) / (high - low) : 0)
      : notFinite;
    for (let plane = 0; plane < 3; plane++) data[plane * size + at] = colour[plane]!;
  }
  return { image: imageOf(width, height, data), low, high };
}

/** Smallest and largest finite number of several fields; 0 and 0 without one. */
export function scaleOf(fields: readonly Float32Array[]): HeatScale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const field of fields) {
    for (const value of field) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}

/**
 * The colour map viridis (Nathaniel Smith and Stéfan van der Walt, CC0) at eleven equal steps. Its
 * lightness grows evenly, even in grey print and for colour-blind readers. Colours in between are
 * linear, as in a CSS gradient of the same steps, so that a legend matches the map exactly.
 */
export const viridisStops: readonly string[] = [
  '#440154',
  '#482576',
  '#414487',
  '#35608d',
  '#2a788e',
  '#21908c',
  '#22a884',
  '#43bf71',
  '#7ad151',
  '#bddf26',
  '#fde725',
];

const stops = viridisStops.map((stop) =>
  [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16) / 255),
);

/**
 * Red, green and blue, 0 to 1, at a position of the map, clamped to 0 … 1.
 *
 * @example viridis(0) // dark violet
 */
export function viridis(at: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, at)) * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  const part = place - left;
  const channel = (index: number): number =>
    stops[left]![index]! * (1 - part) + stops[left + 1]![index]! * part;
  return [channel(0), channel(1), channel(2)];
}

/**
 * Draws where and how much two images differ: the absolute difference at each pixel, mean over red,
 * green and blue.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 *
 * @param high value of the brightest colour, to compare maps; default: the largest difference
 * @example const { image, high } = differenceMap(restored, clean);
 */
export function differenceMap(a: Image, b: Image, high?: number): HeatMap {
  const field = differenceField(a, b);
  const scale = { low: 0, high: high ?? scaleOf([field]).high };
  return heatMap(field, a.width, a.height, scale);
}

/** The numbers behind {@link differenceMap}, row by row. */
export function differenceField(a: Image, b: Image): Float32Array {
  sameSize(a, b);
  const size = a.width * a.height;
  const field = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    let sum = 0;
    for (let plane = 0; plane < 3; plane++) {
      sum += Math.abs(a.data[plane * size + at]! - b.data[plane * size + at]!);
    }
    field[at] = sum / 3;
  }
  return field;
}
