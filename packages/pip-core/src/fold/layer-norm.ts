import type { Numbers } from './matrix.ts';

/** Added to the variance; spec pip.md section 2. */
export const normEpsilon = 1e-5;

/** Layer norm over the channels at every pixel, biased variance: x is channels × pixels. */
export function layerNorm(
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  channels: number,
  pixels: number,
): Float64Array {
  const out = new Float64Array(channels * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let mean = 0;
    for (let channel = 0; channel < channels; channel++) mean += x[channel * pixels + pixel]!;
    mean /= channels;
    let variance = 0;
    for (let channel = 0; channel < channels; channel++) {
      variance += (x[channel * pixels + pixel]! - mean) ** 2;
    }
    const scale = 1 / Math.sqrt(variance / channels + normEpsilon);
    for (let channel = 0; channel < channels; channel++) {
      const at = channel * pixels + pixel;
      out[at] = (x[at]! - mean) * scale * weight[channel]! + bias[channel]!;
    }
  }
  return out;
}
