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
  // Channel by channel, in the order in which x lies in memory.
  const mean = new Float64Array(pixels);
  const scale = new Float64Array(pixels);
  const out = new Float64Array(channels * pixels);
  for (let at = 0; at < out.length; at++) mean[at % pixels]! += x[at]! / channels;
  for (let at = 0; at < out.length; at++) {
    const centred = x[at]! - mean[at % pixels]!;
    out[at] = centred;
    scale[at % pixels]! += centred * centred;
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    scale[pixel] = 1 / Math.sqrt(scale[pixel]! / channels + normEpsilon);
  }
  for (let channel = 0; channel < channels; channel++) {
    const at = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      out[at + pixel] = out[at + pixel]! * scale[pixel]! * weight[channel]! + bias[channel]!;
    }
  }
  return out;
}
