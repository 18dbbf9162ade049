import { type Image, requireImage } from '../image/image.ts';
import { sameSize } from './difference.ts';
import { luma, planeSsim, ssim, windowFits } from './ssim.ts';

/** Quality of an image relative to a clean one. */
export interface Quality {
  /** dB, over all three channels; Infinity for identical images. */
  readonly psnr: number;
  /** At most 1, the mean over the three channels. */
  readonly ssim: number;
  /** dB, of Y only; see {@link luma}. */
  readonly psnrY: number;
  /** Of Y only. */
  readonly ssimY: number;
}

/**
 * Measures PSNR and SSIM in RGB and in Y, over whole images with values from 0 to 1.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes or a side below 11.
 *
 * @example const { psnr, ssim, psnrY, ssimY } = measureQuality(restored, clean);
 */
export function measureQuality(image: Image, clean: Image): Quality {
  for (const each of [image, clean]) requireImage(each, 'measureQuality');
  sameSize(image, clean);
  windowFits(image);
  const [x, y] = [luma(image), luma(clean)];
  return {
    psnr: psnr(image, clean),
    ssim: ssim(image, clean),
    psnrY: planePsnr(x, y),
    ssimY: planeSsim(x, y, image.width, image.height),
  };
}

/**
 * Peak signal-to-noise ratio in dB over all three channels, for values from 0 to 1.
 * Identical images give Infinity. Same definition as scikit-image with `data_range=1`.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes.
 *
 * @example psnr(restored, clean) // 31.4
 */
export function psnr(a: Image, b: Image): number {
  for (const image of [a, b]) requireImage(image, 'psnr');
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
