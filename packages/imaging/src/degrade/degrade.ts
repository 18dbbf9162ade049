import { didYouMean, GraftError } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import type { Image } from '../image/image.ts';
import { addHaze } from './add-haze.ts';
import { addMotionBlur } from './add-motion-blur.ts';
import { addNoise } from './add-noise.ts';
import { addRain } from './add-rain.ts';
import { lowerLight } from './lower-light.ts';

/** Synthetic degradations, in the training order of PIP's labels. */
export const degradations = ['noise', 'rain', 'haze', 'blur', 'low-light'] as const;
export type Degradation = (typeof degradations)[number];

/** The number that sets the strength of a degradation. */
export interface Amount {
  /** Meaning of the number, with its unit. */
  readonly means: string;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
}

/** Meaning and range of each degradation's amount. The upper limits bound the work. */
export const amounts: Readonly<Record<Degradation, Amount>> = {
  noise: { means: 'standard deviation on the scale 0 to 255', usual: 25, least: 0, most: 255 },
  rain: { means: 'streaks per thousand pixels', usual: 8, least: 0, most: 100 },
  haze: { means: 'beta of the haze model, 1 light, 2 dense', usual: 1.5, least: 0, most: 20 },
  blur: { means: 'pixels the camera moved', usual: 13, least: 1, most: 200 },
  'low-light': { means: 'share of light left', usual: 0.3, least: 0, most: 1 },
};

type Make = (image: Image, amount: number, random: Random) => Image;

const make: Readonly<Record<Degradation, Make>> = {
  noise: addNoise,
  rain: addRain,
  haze: addHaze,
  blur: (image, length, random) => addMotionBlur(image, length, random.uniform(0, 180)),
  'low-light': lowerLight,
};

/**
 * Degrades a clean image, reproducibly for the same seed: moderately by default, otherwise by an amount
 * from {@link amounts}. Noise is that of the usual benchmark, but not rounded to 8 bits; the others
 * are for demonstrations and comparisons within one run.
 *
 * Errors: `UNKNOWN_LABEL` for a degradation that is not in {@link degradations};
 * `INVALID_ARGUMENT` for an amount out of range.
 *
 * @example degrade(image, 'noise', 7, 50)
 */
export function degrade(
  image: Image,
  degradation: Degradation,
  seed: number | string,
  amount?: number,
): Image {
  checkAmount(degradation, amount);
  const random = new Random(seed).fork(degradation);
  return make[degradation](image, amount ?? amounts[degradation].usual, random);
}

/** Throws the errors of {@link degrade}, without an image. */
export function checkAmount(degradation: string, amount?: number): void {
  if (!Object.hasOwn(amounts, degradation)) {
    throw new GraftError(
      'UNKNOWN_LABEL',
      `Degradation '${degradation}': not known; use one of ${degradations.join(', ')}${didYouMean(degradation, degradations)}`,
    );
  }
  const { means, least, most } = amounts[degradation as Degradation];
  if (amount === undefined || (amount >= least && amount <= most)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${degradation}: amount ${amount} is out of range; use ${least} to ${most} (${means}).`,
  );
}
