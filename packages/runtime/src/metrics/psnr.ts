import type { Image } from '../image/image.ts';
import { sameSize } from './same-size.ts';

/**
 * Peak signal-to-noise ratio in dB over all three channels, for values from 0 to 1.
 * Equal pictures give Infinity. The definition of scikit-image with `data_range=1`.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 */
export function psnr(a: Image, b: Image): number {
  sameSize(a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return -10 * Math.log10(sum / a.data.length);
}
