import type { Numbers } from './matrix.ts';

/**
 * A depthwise 3x3 convolution that keeps the size: x is channels × height × width, the weight
 * channels × 9. Beyond the border are zeros, or with `edge` the pixels beside it.
 */
export function depthwise3x3(
  x: Numbers,
  weight: Numbers,
  [channels, height, width]: readonly [number, number, number],
  { edge }: { readonly edge: boolean },
): Float64Array {
  const out = new Float64Array(channels * height * width);
  const inside = (at: number, size: number) => {
    if (at >= 0 && at < size) return at;
    return edge ? Math.min(Math.max(at, 0), size - 1) : undefined;
  };
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let tap = 0; tap < 9; tap++) {
      const factor = weight[channel * 9 + tap]!;
      const down = Math.floor(tap / 3) - 1;
      const right = (tap % 3) - 1;
      for (let row = 0; row < height; row++) {
        const fromRow = inside(row + down, height);
        if (fromRow === undefined) continue;
        for (let column = 0; column < width; column++) {
          const from = inside(column + right, width);
          if (from === undefined) continue;
          out[plane + row * width + column]! += factor * x[plane + fromRow * width + from]!;
        }
      }
    }
  }
  return out;
}
