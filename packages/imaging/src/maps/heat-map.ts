import { type Image, imageOf } from '../image/image.ts';
import { viridis } from './viridis.ts';

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
 * Draws numbers, row by row, as colours from dark (`low` and below) to bright (`high` and above). NaN
 * and infinity are magenta. A scale of zero width makes everything dark.
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
