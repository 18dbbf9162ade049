import type { Image } from '../image/image.ts';
import { luma } from './luma.ts';
import { planeSsim } from './plane-ssim.ts';
import { planePsnr, psnr } from './psnr.ts';
import { sameSize } from './same-size.ts';
import { ssim, windowFits } from './ssim.ts';

/** Quality of an image relative to a clean one. */
export interface Quality {
  /** dB, over all three channels; Infinity for identical images. */
  readonly psnr: number;
  /** At most 1, the mean over the three channels. */
  readonly ssim: number;
  /** dB, of Y alone; see {@link luma}. */
  readonly psnrY: number;
  /** Of Y alone. */
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
