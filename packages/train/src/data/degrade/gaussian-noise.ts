import { addNoise, imageOf } from '@pip-graft/runtime';
import type { Random } from '@pip-graft/weights';

/** Deviations of the usual denoising benchmarks, on the scale 0 to 255. */
export const usualSigmas: readonly number[] = [15, 25, 50];

/**
 * Gaussian noise, clipped to 0 to 1, of a deviation drawn from `sigmas` (scale 0 to 255).
 *
 * @example gaussianNoise(planes, 128, 128, new Random(7), [25])
 */
export function gaussianNoise(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  sigmas: readonly number[] = usualSigmas,
): Float32Array {
  const sigma = sigmas[random.below(sigmas.length)]!;
  return addNoise(imageOf(width, height, planes), sigma, random).data;
}
