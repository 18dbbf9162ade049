import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from '../image/image.ts';
import { planeSsim, smallestSsimSide } from './plane-ssim.ts';
import { sameSize } from './same-size.ts';

/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): 11x11 Gaussian
 * window of sigma 1.5, biased moments, windows that fit inside the image; the
 * mean over positions and the three channels. Identical images give 1. Same result as scikit-image
 * with `gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=1, channel_axis=-1`.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes or a side below 11.
 *
 * @example ssim(restored, clean) // 0.93
 */
export function ssim(a: Image, b: Image): number {
  sameSize(a, b);
  windowFits(a);
  const { width, height } = a;
  const size = width * height;
  let total = 0;
  for (let plane = 0; plane < 3; plane++) {
    const x = a.data.subarray(plane * size, (plane + 1) * size);
    const y = b.data.subarray(plane * size, (plane + 1) * size);
    total += planeSsim(x, y, width, height);
  }
  return total / 3;
}

/** Throws `INVALID_ARGUMENT` for an image smaller than SSIM's window. */
export function windowFits({ width, height }: Image): void {
  if (Math.min(width, height) >= smallestSsimSide) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `An image of ${width}x${height} is too small for SSIM; use at least ${smallestSsimSide} pixels per side.`,
  );
}
