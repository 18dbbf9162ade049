import type { Random } from '@pip-graft/weights';
import { type Image, mapImage } from '../image/image.ts';

/**
 * Adds Gaussian noise with standard deviation `sigma` on the scale 0 to 255, clipped: the usual
 * denoising benchmark.
 */
export function addNoise(image: Image, sigma: number, random: Random): Image {
  return mapImage(image, (value) => clip(value + random.normal(0, sigma / 255)));
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
