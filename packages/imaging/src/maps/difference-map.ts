import type { Image } from '../image/image.ts';
import { sameSize } from '../metrics/same-size.ts';
import { type HeatMap, heatMap, scaleOf } from './heat-map.ts';

/**
 * Where two images differ and how much, as colours: the absolute difference at each place, mean
 * over red, green and blue.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 *
 * @param high what the brightest colour stands for, to compare several maps; default the largest difference
 * @example const { image, high } = differenceMap(grafted, host);
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
