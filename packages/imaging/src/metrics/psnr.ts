import type { Image } from '../image/image.ts';
import { sameSize } from './same-size.ts';

/**
 * Peak signal-to-noise ratio in dB over all three channels, for values from 0 to 1.
 * Identical images give Infinity. Same definition as scikit-image with `data_range=1`.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 *
 * @example psnr(restored, clean) // 31.4
 */
export function psnr(a: Image, b: Image): number {
  sameSize(a, b);
  return planePsnr(a.data, b.data);
}

/** The same for planes of equal length with values from 0 to 1. */
export function planePsnr(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = a[i]! - b[i]!;
    sum += gap * gap;
  }
  return -10 * Math.log10(sum / a.length);
}
