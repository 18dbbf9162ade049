import { type BlurRanges, blurRanges } from './camera-blur.ts';
import { type LowLightRanges, lowLightRanges } from './dim-light.ts';
import { type NoiseRanges, noiseRanges } from './gaussian-noise.ts';
import { type JpegRanges, jpegRanges } from './jpeg-artefacts.ts';
import { type RainRanges, rainRanges } from './rain-streaks.ts';
import { type HazeRanges, hazeRanges } from './scatter-haze.ts';

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
