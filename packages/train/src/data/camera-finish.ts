import type { Random } from '@pip-graft/weights';
import { applyNoise } from './degrade/gaussian-noise.ts';

/** Noise that a clean image may have, of 255: less than `isVisible` calls noise. */
const mostGrain = 2.5;

/** How much of what a blur takes away a camera may add again. */
const mostSharpening = 1.5;

/**
 * A clean square as another camera would have stored it: sharpened, and with grain that nobody calls
 * noise. Photos that were reduced have neither, and a sensor that knows only these takes the grain of
 * any other image for noise or rain.
 */
export function cameraFinish(
  planes: Float32Array<ArrayBuffer>,
  random: Random,
): Float32Array<ArrayBuffer> {
  const side = Math.sqrt(planes.length / 3);
  const amount = random.uniform(0, mostSharpening);
  const sharp = sharpen(planes, side, random.below(2) === 0 ? amount : 0);
  const sigma = random.uniform(0, mostGrain);
  const kind = (['white', 'grain', 'signal'] as const)[random.below(3)]!;
  return Float32Array.from(applyNoise(sharp, { width: side, height: side, sigma, kind }, random));
}

/** Adds `amount` times the difference from the weighted mean of the eight neighbours; edges are repeated. */
function sharpen(planes: Float32Array, side: number, amount: number): Float32Array {
  if (amount === 0) return planes;
  return planes.map((value, at) => {
    const column = at % side;
    const row = Math.floor(at / side) % side;
    const [up, down] = [row === 0 ? 0 : -side, row === side - 1 ? 0 : side];
    const [left, right] = [column === 0 ? 0 : -1, column === side - 1 ? 0 : 1];
    const line = (from: number) => planes[from + left]! + 2 * planes[from]! + planes[from + right]!;
    const mean = (line(at + up) + 2 * line(at) + line(at + down)) / 16;
    return Math.min(1, Math.max(0, value + amount * (value - mean)));
  });
}
