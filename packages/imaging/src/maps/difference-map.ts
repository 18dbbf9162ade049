import type { Image } from '../image/image.ts';
import { sameSize } from '../metrics/same-size.ts';
import { type HeatMap, heatMap, scaleOf } from './heat-map.ts';

/**
 * Draws where and how much two images differ: the absolute difference at each pixel, mean over red,
 * green and blue.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 *
 * @param high value of the brightest colour, to compare several maps; default: the largest difference
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
