/** Pixels around the middle with their shares, which sum to 1. */
export type Kernel = readonly KernelPixel[];

export interface KernelPixel {
  readonly dx: number;
  readonly dy: number;
  readonly share: number;
}

/** Scales shares to sum to 1, and drops pixels without a share. */
export function wholeKernel(pixels: Kernel): Kernel {
  const total = pixels.reduce((sum, { share }) => sum + share, 0);
  return pixels
    .filter(({ share }) => share > 0)
    .map(({ dx, dy, share }) => ({ dx, dy, share: share / total }));
}

/**
 * Computes the mean of the pixels around each pixel, weighted by share; edges are repeated.
 *
 * @param power values are raised to this power before averaging: 2 is close to light, 1 the values
 * themselves.
 */
export function applyKernel(
  planes: Float32Array,
  width: number,
  height: number,
  kernel: Kernel,
  power: 1 | 2 = 1,
): Float32Array {
  const reach = Math.max(0, ...kernel.flatMap(({ dx, dy }) => [Math.abs(dx), Math.abs(dy)]));
  const [wide, high] = [width + 2 * reach, height + 2 * reach];
  const columns = Int32Array.from({ length: wide }, (_, x) => clamped(x - reach, width));
  const light = new Float32Array(wide * high);
  const blurred = new Float32Array(planes.length);
  // Four pixels of the kernel at a time, so that a sum is read and written once for all four.
  const taps = [...kernel, ...none.slice(0, (4 - (kernel.length % 4)) % 4)].map(
    ({ dx, dy, share }) => ({
      from: (dy + reach) * wide + dx + reach,
      share,
    }),
  );
  for (let plane = 0; plane < planes.length; plane += width * height) {
    for (let y = 0; y < high; y++) {
      const row = plane + clamped(y - reach, height) * width;
      for (let x = 0; x < wide; x++) {
        const value = planes[row + columns[x]!]!;
        light[y * wide + x] = power === 1 ? value : value * value;
      }
    }
    for (let four = 0; four < taps.length; four += 4) {
      const [a, b, c, d] = [taps[four]!, taps[four + 1]!, taps[four + 2]!, taps[four + 3]!];
      for (let y = 0; y < height; y++) {
        const [to, at] = [plane + y * width, y * wide];
        const [from1, from2, from3, from4] = [at + a.from, at + b.from, at + c.from, at + d.from];
        for (let x = 0; x < width; x++) {
          blurred[to + x]! +=
            a.share * light[from1 + x]! +
            b.share * light[from2 + x]! +
            c.share * light[from3 + x]! +
            d.share * light[from4 + x]!;
        }
      }
    }
  }
  return power === 1 ? blurred : blurred.map(Math.sqrt);
}

/** Up to three pixels that add nothing. */
const none: Kernel = Array.from({ length: 3 }, () => ({ dx: 0, dy: 0, share: 0 }));

function clamped(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}
