import { didYouMean, GraftError } from '@pip-graft/onnx-graft';
import type { Random } from '@pip-graft/weights';
import { type BlurRanges, blurRanges, blurReach, cameraBlur } from './camera-blur.ts';
import { dimLight, type LowLightRanges, lowLightRanges } from './dim-light.ts';
import { gaussianNoise, type NoiseRanges, noiseRanges } from './gaussian-noise.ts';
import { type JpegRanges, jpegArtefacts, jpegRanges } from './jpeg-artefacts.ts';
import { type RainRanges, rainRanges, rainStreaks } from './rain-streaks.ts';
import type { Range } from './range.ts';
import { type HazeRanges, hazeRanges, scatterHaze } from './scatter-haze.ts';

/** How the clean patches of a label are degraded. */
export interface PatchDegradation {
  readonly degrade: DegradePlanes;
  /** Pixels around the patch that the degradation reads. */
  readonly margin: (ranges: DegradeRanges) => number;
}

const none = () => 0;

/** Degradations that clean images can get, by label, in the order that light meets them. */
export const patchDegradations = {
  blur: {
    degrade: (planes, width, height, random, { blur }) =>
      cameraBlur(planes, width, height, random, blur),
    margin: ({ blur }) => blurReach(blur),
  },
  haze: {
    degrade: (planes, width, height, random, { haze }) =>
      scatterHaze(planes, width, height, random, haze),
    margin: none,
  },
  rain: {
    degrade: (planes, width, height, random, { rain }) =>
      rainStreaks(planes, width, height, random, rain),
    margin: none,
  },
  'low-light': {
    degrade: (planes, width, height, random, ranges) =>
      dimLight(planes, width, height, random, ranges['low-light']),
    margin: none,
  },
  noise: {
    degrade: (planes, width, height, random, { noise }) =>
      gaussianNoise(planes, width, height, random, noise),
    margin: none,
  },
  jpeg: {
    degrade: (planes, width, height, random, { jpeg }) =>
      jpegArtefacts(planes, width, height, random, jpeg),
    margin: none,
  },
} as const satisfies Readonly<Record<string, PatchDegradation>>;

export type PatchLabel = keyof typeof patchDegradations;

/** Whether images can be degraded for a label. */
export function isPatchLabel(label: string): label is PatchLabel {
  return Object.hasOwn(patchDegradations, label);
}

/**
 * Makes degraded planes from clean ones, (3,height,width) in 0 to 1, drawing strength and place
 * from `random`. Leaves the clean planes unchanged; results may be outside 0 to 1.
 */
type DegradePlanes = (
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: DegradeRanges,
) => Float32Array | Promise<Float32Array>;

/** Ranges that the degradations of each label draw from. */
export interface DegradeRanges {
  readonly noise: NoiseRanges;
  readonly rain: RainRanges;
  readonly haze: HazeRanges;
  readonly blur: BlurRanges;
  readonly 'low-light': LowLightRanges;
  readonly jpeg: JpegRanges;
}

/** Some ranges that replace the usual ones. */
export type RangeChoice = {
  readonly [Label in keyof DegradeRanges]?: Partial<DegradeRanges[Label]>;
};

export const defaultRanges: DegradeRanges = {
  noise: noiseRanges,
  rain: rainRanges,
  haze: hazeRanges,
  blur: blurRanges,
  'low-light': lowLightRanges,
  jpeg: jpegRanges,
};

/**
 * Returns all ranges: the chosen ones, and the usual ones for the rest.
 *
 * @example rangesOf({ haze: { t: [0.5, 0.9] } }).haze.air // [0.6, 1]
 */
export function rangesOf(chosen: RangeChoice = {}): DegradeRanges {
  return {
    noise: { ...noiseRanges, ...chosen.noise },
    rain: { ...rainRanges, ...chosen.rain },
    haze: { ...hazeRanges, ...chosen.haze },
    blur: { ...blurRanges, ...chosen.blur },
    'low-light': { ...lowLightRanges, ...chosen['low-light'] },
    jpeg: { ...jpegRanges, ...chosen.jpeg },
  };
}

/** Values that a range may have, and their meaning. */
interface Bound {
  readonly least: number;
  readonly most: number;
  readonly means: string;
  readonly whole?: true;
}

type Bounds = {
  readonly [Label in keyof DegradeRanges]: Record<keyof DegradeRanges[Label], Bound>;
};

const share = (means: string): Bound => ({ least: 0, most: 1, means });
const levels = (means: string): Bound => ({ least: 0, most: 255, means: `${means}, of 255` });
const quality: Bound = { least: 1, most: 100, means: 'quality of a JPEG file', whole: true };

const bounds: Bounds = {
  noise: {
    sigma: levels('deviation'),
    grain: { least: 0, most: 10, means: 'size of the grain in pixels' },
  },
  rain: {
    layers: { least: 1, most: 20, means: 'number of layers', whole: true },
    strength: share('light of a streak'),
    cover: { least: 0.001, most: 3, means: 'share of the area that a layer covers' },
    length: { least: 2, most: 500, means: 'length in pixels' },
    width: { least: 0.3, most: 50, means: 'width in pixels' },
    lean: { least: -60, most: 60, means: 'degrees from upright' },
    veil: share('light that the veil takes'),
  },
  haze: {
    t: share('transmission'),
    air: share('light of the air'),
    tint: { least: 0, most: 0.5, means: 'colour of the air' },
    spread: share('share of the depth'),
    sky: { least: -10, most: 1, means: 'share of the height' },
  },
  blur: {
    length: { least: 1, most: 200, means: 'length in pixels' },
    radius: { least: 0, most: 100, means: 'radius in pixels' },
    noise: levels('deviation'),
  },
  'low-light': {
    gain: { least: 0.001, most: 1, means: 'value of white' },
    gamma: { least: 0.2, most: 5, means: 'exponent' },
    lit: share('share of the image'),
    read: levels('deviation'),
    shot: levels('deviation'),
    jpeg: quality,
  },
  jpeg: { quality },
};

/**
 * Rejects a range that no degradation has or that makes no sense.
 *
 * Errors: `UNKNOWN_LABEL` for a label, `INVALID_ARGUMENT` for anything else; both begin with `place`.
 *
 * @example checkRange('haze', 't', [0.15, 0.95])
 */
export function checkRange(
  label: string,
  key: string,
  [low, high]: Range,
  place = `degrade ${label}.${key}=${low}..${high}`,
): void {
  const { least, most, means, whole } = boundOf(label, key, place);
  const refuse = (problem: string): never => {
    throw new GraftError('INVALID_ARGUMENT', `${place}: ${problem}`);
  };
  const allowed = `give ${whole ? 'whole numbers' : 'numbers'} from ${least} to ${most}`;
  for (const value of [low, high]) {
    if (!Number.isFinite(value)) refuse(`${value} is no number; ${allowed}.`);
    if (value < least || value > most)
      refuse(`${value} cannot be: ${label}.${key} is a ${means}; ${allowed}.`);
    if (whole && !Number.isInteger(value))
      refuse(`${value} is not whole: ${label}.${key} is a ${means}; ${allowed}.`);
  }
  if (low > high) refuse(`the range begins above its end; write ${label}.${key}=${high}..${low}.`);
}

/** Rejects ranges that {@link checkRange} rejects. */
export function checkRanges(chosen: RangeChoice): void {
  for (const [label, ranges] of Object.entries(chosen)) {
    for (const [key, range] of Object.entries(ranges as Record<string, Range>)) {
      checkRange(label, key, range);
    }
  }
}

function boundOf(label: string, key: string, place: string): Bound {
  const labels = Object.keys(defaultRanges);
  if (!Object.hasOwn(bounds, label)) {
    throw new GraftError(
      'UNKNOWN_LABEL',
      `${place}: no degradation is called '${label}' (there are ${labels.join(', ')})${didYouMean(label, labels)}`,
    );
  }
  const known = bounds[label as keyof Bounds] as Record<string, Bound>;
  if (Object.hasOwn(known, key)) return known[key]!;
  const keys = Object.keys(known);
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: ${label} has no range '${key}' (it has ${keys.join(', ')})${didYouMean(key, keys)}`,
  );
}
