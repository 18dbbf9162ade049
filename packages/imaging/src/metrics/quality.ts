import { GraftError } from '@pip-graft/onnx-graft';
import { type Image, requireImage } from '../image/image.ts';
import { sameSize } from './difference.ts';

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
function windowFits({ width, height }: Image): void {
  if (Math.min(width, height) >= smallestSsimSide) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `An image of ${width}x${height} is too small for SSIM; use at least ${smallestSsimSide} pixels per side.`,
  );
}

const radius = 5;
const taps = 2 * radius + 1;
const sigma = 1.5;
// K1 = 0.01 and K2 = 0.03, squared, for values from 0 to 1.
const c1 = 0.01 ** 2;
const c2 = 0.03 ** 2;

/** Shortest side that fits a window. */
export const smallestSsimSide = taps;

/** Half of the normalised window, centre first; the other half is its mirror image. */
const [w0, w1, w2, w3, w4, w5] = halfGaussian();

/**
 * SSIM of two planes with values from 0 to 1: the mean over all positions whose 11x11 window fits
 * inside. Both sides must be at least {@link smallestSsimSide}.
 *
 * Works row by row and keeps only the 11 blurred rows of one window, so memory grows with the width
 * (1.7 MB at 4000 pixels), not with the image.
 */
function planeSsim(x: Float32Array, y: Float32Array, width: number, height: number): number {
  const inner = width - 2 * radius;
  // SSIM only needs the sum of the two variances, so four blurs replace five.
  const [rowX, rowY, rowSquares, rowProduct] = four(width);
  const [ringX, ringY, ringSquares, ringProduct] = four(taps * inner);
  const [meanX, meanY, squares, product] = four(inner);
  let sum = 0;
  for (let row = 0; row < height; row++) {
    const from = row * width;
    for (let i = 0; i < width; i++) {
      const a = x[from + i]!;
      const b = y[from + i]!;
      rowX[i] = a;
      rowY[i] = b;
      rowSquares[i] = a * a + b * b;
      rowProduct[i] = a * b;
    }
    const slot = (row % taps) * inner;
    across(rowX, ringX, slot, inner);
    across(rowY, ringY, slot, inner);
    across(rowSquares, ringSquares, slot, inner);
    across(rowProduct, ringProduct, slot, inner);
    if (row < taps - 1) continue;
    down(ringX, meanX, row, inner);
    down(ringY, meanY, row, inner);
    down(ringSquares, squares, row, inner);
    down(ringProduct, product, row, inner);
    for (let i = 0; i < inner; i++) {
      const mx = meanX[i]!;
      const my = meanY[i]!;
      const means = mx * mx + my * my;
      sum +=
        ((2 * mx * my + c1) * (2 * (product[i]! - mx * my) + c2)) /
        ((means + c1) * (squares[i]! - means + c2));
    }
  }
  return sum / (inner * (height - 2 * radius));
}

/** Blurs one row into its slot in a ring of 11. */
function across(row: Float64Array, ring: Float64Array, slot: number, inner: number): void {
  for (let i = 0; i < inner; i++) {
    ring[slot + i] =
      w0 * row[i + 5]! +
      w1 * (row[i + 4]! + row[i + 6]!) +
      w2 * (row[i + 3]! + row[i + 7]!) +
      w3 * (row[i + 2]! + row[i + 8]!) +
      w4 * (row[i + 1]! + row[i + 9]!) +
      w5 * (row[i]! + row[i + 10]!);
  }
}

/** Blurs vertically over the 11 rows of a ring; `last` is the newest. */
function down(ring: Float64Array, out: Float64Array, last: number, inner: number): void {
  // Start of the row `age` rows above the newest.
  const at = (age: number): number => ((last - age) % taps) * inner;
  const [a0, a1, a2, a3, a4, a5] = [at(0), at(1), at(2), at(3), at(4), at(5)];
  const [a6, a7, a8, a9, a10] = [at(6), at(7), at(8), at(9), at(10)];
  for (let i = 0; i < inner; i++) {
    out[i] =
      w0 * ring[a5 + i]! +
      w1 * (ring[a4 + i]! + ring[a6 + i]!) +
      w2 * (ring[a3 + i]! + ring[a7 + i]!) +
      w3 * (ring[a2 + i]! + ring[a8 + i]!) +
      w4 * (ring[a1 + i]! + ring[a9 + i]!) +
      w5 * (ring[a0 + i]! + ring[a10 + i]!);
  }
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

function four(length: number): Four {
  const row = (): Float64Array => new Float64Array(length);
  return [row(), row(), row(), row()];
}

function halfGaussian(): [number, number, number, number, number, number] {
  const weight = (distance: number): number => Math.exp(-(distance ** 2) / (2 * sigma ** 2));
  let total = weight(0);
  for (let distance = 1; distance <= radius; distance++) total += 2 * weight(distance);
  const share = (distance: number): number => weight(distance) / total;
  return [share(0), share(1), share(2), share(3), share(4), share(5)];
}

/**
 * The Y of YCbCr by ITU-R BT.601, as in MATLAB's `rgb2ycbcr` and scikit-image:
 * `(16 + 65.481 R + 128.553 G + 24.966 B) / 255`, that is 16/255 to 235/255 for values from 0 to 1.
 * Papers on deraining and super-resolution report this Y. Unlike MATLAB with 8-bit images, this does
 * not round to 8 bits.
 *
 * @example luma(image)[y * image.width + x]
 */
export function luma({ width, height, data }: Image): Float32Array {
  const size = width * height;
  const y = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    y[i] =
      (16 + 65.481 * data[i]! + 128.553 * data[size + i]! + 24.966 * data[2 * size + i]!) / 255;
  }
  return y;
}
