import { GraftError } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import type { Image } from '../image/image.ts';
import { addHaze } from './add-haze.ts';
import { addMotionBlur } from './add-motion-blur.ts';
import { addNoise } from './add-noise.ts';
import { addRain } from './add-rain.ts';
import { lowerLight } from './lower-light.ts';

/** Degradations that can be put onto a clean picture, in the training order of PIP's labels. */
export const degradations = ['noise', 'rain', 'haze', 'blur', 'low-light'] as const;
export type Degradation = (typeof degradations)[number];

const make: Readonly<Record<Degradation, (image: Image, random: Random) => Image>> = {
  noise: (image, random) => addNoise(image, 25, random),
  rain: (image, random) => addRain(image, 8, random),
  haze: (image) => addHaze(image, 1.5),
  blur: (image, random) => addMotionBlur(image, 13, random.uniform(0, 180)),
  'low-light': (image, random) => lowerLight(image, 0.3, random),
};

/**
 * A clean picture degraded in a plausible, moderate way, the same for the same
 * seed: for demonstrations and smoke tests, not for benchmarks.
 *
 * Errors: `UNKNOWN_LABEL` for a degradation that is not in {@link degradations}.
 *
 * @example degrade(photo, 'rain', 7)
 */
export function degrade(image: Image, degradation: Degradation, seed: number): Image {
  if (!Object.hasOwn(make, degradation)) {
    throw new GraftError(
      'UNKNOWN_LABEL',
      `No synthetic degradation "${degradation}"; there are ${degradations.join(', ')}.`,
    );
  }
  return make[degradation](image, new Random(seed).fork(degradation));
}
