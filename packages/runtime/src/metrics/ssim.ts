import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from '../image/image.ts';
import { sameSize } from './same-size.ts';

const radius = 5;
const sigma = 1.5;
// K1 = 0.01 and K2 = 0.03, squared, for values from 0 to 1.
const c1 = 0.01 ** 2;
const c2 = 0.03 ** 2;

/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): 11x11 Gaussian
 * window of sigma 1.5, biased moments, windows wholly inside the picture; the
 * mean over positions and over the three channels. 1 for equal pictures.
 *
 * Errors: `INVALID_ARGUMENT` for different sizes or a side below 11.
 */
export function ssim(a: Image, b: Image): number {
  sameSize(a, b);
  const { width, height } = a;
  if (Math.min(width, height) <= 2 * radius) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `SSIM needs pictures of at least ${2 * radius + 1} pixels a side, not ${width}x${height}.`,
    );
  }
  const size = width * height;
  const kernel = gaussian();
  let total = 0;
  for (let plane = 0; plane < 3; plane++) {
    const x = a.data.subarray(plane * size, (plane + 1) * size);
    const y = b.data.subarray(plane * size, (plane + 1) * size);
    total += planeSsim(x, y, width, height, kernel);
  }
  return total / 3;
}

function planeSsim(
  x: Float32Array,
  y: Float32Array,
  width: number,
  height: number,
  kernel: Float64Array,
): number {
  const blur = (f: (i: number) => number): Float64Array => blurred(f, width, height, kernel);
  const meanX = blur((i) => x[i]!);
  const meanY = blur((i) => y[i]!);
  const squareX = blur((i) => x[i]! * x[i]!);
  const squareY = blur((i) => y[i]! * y[i]!);
  const product = blur((i) => x[i]! * y[i]!);
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i]!, meanY[i]!];
    const varianceX = squareX[i]! - mx * mx;
    const varianceY = squareY[i]! - my * my;
    const covariance = product[i]! - mx * my;
    sum +=
      ((2 * mx * my + c1) * (2 * covariance + c2)) /
      ((mx * mx + my * my + c1) * (varianceX + varianceY + c2));
  }
  return sum / meanX.length;
}

/** Rows, then columns, keeping only positions whose window lies inside. */
function blurred(
  f: (i: number) => number,
  width: number,
  height: number,
  kernel: Float64Array,
): Float64Array {
  const inner = width - 2 * radius;
  const rows = new Float64Array(inner * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < inner; x++) {
      let sum = 0;
      for (let k = 0; k <= 2 * radius; k++) sum += kernel[k]! * f(y * width + x + k);
      rows[y * inner + x] = sum;
    }
  }
  const out = new Float64Array(inner * (height - 2 * radius));
  for (let at = 0; at < out.length; at++) {
    let sum = 0;
    for (let k = 0; k <= 2 * radius; k++) sum += kernel[k]! * rows[at + k * inner]!;
    out[at] = sum;
  }
  return out;
}

function gaussian(): Float64Array {
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((value) => value / sum);
}
