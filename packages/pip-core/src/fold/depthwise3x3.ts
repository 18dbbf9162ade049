import type { Numbers } from './matrix.ts';

/** A depthwise 3x3 convolution, padding 1: x is channels × height × width, the weight channels × 9. */
export function depthwise3x3(
  x: Numbers,
  weight: Numbers,
  channels: number,
  height: number,
  width: number,
): Float64Array {
  const out = new Float64Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let tap = 0; tap < 9; tap++) {
      const factor = weight[channel * 9 + tap]!;
      const down = Math.floor(tap / 3) - 1;
      const right = (tap % 3) - 1;
      for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
        const to = plane + y * width;
        const from = plane + (y + down) * width + right;
        for (let at = Math.max(0, -right); at < Math.min(width, width - right); at++) {
          out[to + at]! += factor * x[from + at]!;
        }
      }
    }
  }
  return out;
}
