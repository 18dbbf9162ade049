import { blurReach, cameraBlur } from './camera-blur.ts';
import type { DegradePlanes } from './degrade-planes.ts';
import { dimLight } from './dim-light.ts';
import { gaussianNoise } from './gaussian-noise.ts';
import { jpegArtefacts } from './jpeg-artefacts.ts';
import { rainStreaks } from './rain-streaks.ts';
import { scatterHaze } from './scatter-haze.ts';

/** How the clean patches of a label are degraded. */
export interface PatchDegradation {
  readonly degrade: DegradePlanes;
  /** Pixels around the patch that the degradation sees. */
  readonly margin: number;
}

/** Labels whose degradations can be put onto clean photos, with how. */
export const patchDegradations = {
  noise: { degrade: gaussianNoise, margin: 0 },
  rain: { degrade: rainStreaks, margin: 0 },
  haze: { degrade: scatterHaze, margin: 0 },
  blur: { degrade: cameraBlur, margin: blurReach },
  'low-light': { degrade: dimLight, margin: 0 },
  jpeg: { degrade: jpegArtefacts, margin: 0 },
} as const satisfies Readonly<Record<string, PatchDegradation>>;

export type PatchLabel = keyof typeof patchDegradations;

/** Whether photos can be degraded for a label. */
export function isPatchLabel(label: string): label is PatchLabel {
  return Object.hasOwn(patchDegradations, label);
}
