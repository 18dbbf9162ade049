import type { Random } from '@pip-graft/weights';
import { type Image, mapImage } from '../image/image.ts';

/** Underexposes an image: `gain · value^1.5` plus the sensor noise of dark images. */
export function lowerLight(image: Image, gain: number, random: Random): Image {
  return mapImage(image, (value) => {
    const dark = gain * Math.max(0, value) ** 1.5;
    return Math.min(1, Math.max(0, dark + random.normal(0, 0.01)));
  });
}
