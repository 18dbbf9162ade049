import type { Random } from '@pip-graft/weights';
import { blurReach, cameraBlur } from './camera-blur.ts';
import { dimLight } from './dim-light.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { jpegArtefacts } from './jpeg-artefacts.ts';
import { rainStreaks } from './rain-streaks.ts';
import type { DegradeRanges } from './ranges.ts';
import { scatterHaze } from './scatter-haze.ts';

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
