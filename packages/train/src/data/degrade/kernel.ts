/** Pixels around the middle with their shares of 1. */
export type Kernel = readonly KernelPixel[];

export interface KernelPixel {
  readonly dx: number;
  readonly dy: number;
  readonly share: number;
}

/** The kernel with shares that sum to 1, without pixels that have none. */
export function wholeKernel(pixels: Kernel): Kernel {
  const total = pixels.reduce((sum, { share }) => sum + share, 0);
  return pixels
    .filter(({ share }) => share > 0)
    .map(({ dx, dy, share }) => ({ dx, dy, share: share / total }));
}

/**
 * The mean of the pixels around each pixel, by their shares; edges are repeated.
 *
 * @param power values are averaged as this power of them: 2 is close to light, 1 the values.
 */
export function applyKernel(
  planes: Float32Array,
  width: number,
  height: number,
  kernel: Kernel,
  power: 1 | 2 = 1,
): Float32Array {
  const light = power === 1 ? planes : planes.map((value) => value * value);
  const blurred = new Float32Array(planes.length);
  for (let row = 0; row < 3 * height; row++) {
    const [first, y, to] = [Math.floor(row / height) * height, row % height, row * width];
    for (const { dx, dy, share } of kernel) {
      const from = (first + Math.min(height - 1, Math.max(0, y + dy))) * width;
      const left = Math.min(width, Math.max(0, -dx));
      const right = Math.max(left, Math.min(width, width - dx));
      for (let x = 0; x < left; x++) blurred[to + x]! += share * light[from]!;
      for (let x = left; x < right; x++) blurred[to + x]! += share * light[from + x + dx]!;
      for (let x = right; x < width; x++) blurred[to + x]! += share * light[from + width - 1]!;
    }
  }
  return power === 1 ? blurred : blurred.map(Math.sqrt);
}
