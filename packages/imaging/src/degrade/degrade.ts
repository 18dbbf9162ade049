import { didYouMean, GraftError } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import { type Image, mapImage, requireImage } from '../image/image.ts';

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
  requireImage(image, 'degrade');
  checkAmount(degradation, amount);
  const random = new Random(seed).fork(degradation);
  return make[degradation](image, amount ?? amounts[degradation].usual, random);
}

/** Throws the errors of {@link degrade}, without an image. */
export function checkAmount(degradation: string, amount?: number): void {
  if (!Object.hasOwn(amounts, degradation)) {
    throw new GraftError(
      'UNKNOWN_LABEL',
      `degradation '${degradation}': not known; use one of ${degradations.join(', ')}${didYouMean(degradation, degradations)}`,
    );
  }
  const { means, least, most } = amounts[degradation as Degradation];
  if (amount === undefined || (amount >= least && amount <= most)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${degradation}: amount ${amount} is out of range; use ${least} to ${most} (${means}).`,
  );
}

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

/**
 * Draws bright, slanted rain streaks. `density` is streaks per thousand pixels; about 4 is a shower.
 * For demonstration only: this is not a simulation.
 */
export function addRain(image: Image, density: number, random: Random): Image {
  const { width, height } = image;
  const veil = new Float32Array(width * height);
  const slant = random.uniform(-0.35, 0.35);
  const count = Math.round((density * width * height) / 1000);
  for (let streak = 0; streak < count; streak++) {
    const length = Math.max(6, (random.uniform(0.03, 0.1) * (width + height)) / 2);
    const x = random.uniform(-0.1 * width, 1.1 * width);
    const y = random.uniform(-length, height);
    const strength = random.uniform(0.2, 0.65);
    for (let step = 0; step < length; step++) {
      // Streaks fade at both ends, like a drop that crosses the exposure.
      const fade = Math.sin((Math.PI * (step + 0.5)) / length);
      splat(veil, width, height, x + slant * step, y + step, strength * fade);
    }
  }
  return mapImage(image, (value, _plane, x, y) => {
    const cover = Math.min(0.85, veil[y * width + x]!);
    return value + (0.92 - value) * cover;
  });
}

/** Splits a value between the two columns around a position. */
function splat(
  veil: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  amount: number,
): void {
  const row = Math.floor(y);
  if (row < 0 || row >= height) return;
  const left = Math.floor(x);
  const share = x - left;
  if (left >= 0 && left < width) veil[row * width + left]! += amount * (1 - share);
  if (left + 1 >= 0 && left + 1 < width) veil[row * width + left + 1]! += amount * share;
}

/**
 * Adds haze by the usual model `I = J·t + A·(1 - t)`, `t = exp(-beta·depth)`, with
 * airlight 0.9 and a depth that grows from 0.4 at the lower edge to 1 at the upper. beta 1 is light,
 * 2 is dense.
 */
export function addHaze(image: Image, beta: number): Image {
  return mapImage(image, (value, _plane, _x, y) => {
    const depth = 1 - (0.6 * y) / Math.max(1, image.height - 1);
    const transmission = Math.exp(-beta * depth);
    return value * transmission + 0.9 * (1 - transmission);
  });
}

/** Applies a straight camera shake of `length` pixels at `angle` degrees; edges are repeated. */
export function addMotionBlur(image: Image, length: number, angle: number): Image {
  const taps = Math.max(1, 2 * Math.ceil(length) - 1);
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const offsets = Array.from({ length: taps }, (_, tap) =>
    taps === 1 ? 0 : (tap / (taps - 1) - 0.5) * (length - 1),
  );
  return mapImage(image, (_value, plane, x, y) => {
    let sum = 0;
    for (const offset of offsets) sum += sampled(image, plane, x + offset * dx, y + offset * dy);
    return sum / taps;
  });
}

/** Interpolates between the four nearest pixels. */
function sampled({ data, width, height }: Image, plane: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const at = (column: number, row: number): number =>
    data[
      (plane * height + Math.min(height - 1, Math.max(0, row))) * width +
        Math.min(width - 1, Math.max(0, column))
    ]!;
  const [u, v] = [x - left, y - top];
  return (
    (at(left, top) * (1 - u) + at(left + 1, top) * u) * (1 - v) +
    (at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u) * v
  );
}

/** Underexposes an image: `gain · value^1.5` plus the sensor noise of dark images. */
export function lowerLight(image: Image, gain: number, random: Random): Image {
  return mapImage(image, (value) => {
    const dark = gain * Math.max(0, value) ** 1.5;
    return Math.min(1, Math.max(0, dark + random.normal(0, 0.01)));
  });
}
