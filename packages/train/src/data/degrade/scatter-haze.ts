import type { Random } from '@pip-graft/weights';
import { drawIn, type Range } from './range.ts';
import { sceneDepth } from './scene-depth.ts';

/** Ranges that {@link scatterHaze} draws from. */
export interface HazeRanges {
  /** Mean transmission of the patch, 0 to 1. */
  readonly t: Range;
  /** Light of the air, 0 to 1. */
  readonly air: Range;
  /** Largest distance of each colour of the air from its grey. */
  readonly tint: Range;
  /**
   * Largest deviation of a patch's depth from its mean, as a share of it; small ones are likelier.
   */
  readonly spread: Range;
}

/** Ranges of RESIDE (Li et al. 2019), widened on both sides, as transmission, not scattering. */
export const hazeRanges: HazeRanges = {
  t: [0.15, 0.95],
  air: [0.6, 1],
  tint: [0, 0.06],
  spread: [0, 0.8],
};

/** The haze of one patch. */
export interface Haze {
  /** Light of the air in red, green and blue, 0 to 1. */
  readonly air: readonly number[];
  /** Share of the light that comes through, (height, width). */
  readonly transmission: Float32Array;
}

/** Adds haze by the scattering model `I = J·t + A·(1 - t)`, with one t for the three colours. */
export function applyHaze(planes: Float32Array, { air, transmission }: Haze): Float32Array {
  const size = transmission.length;
  const hazy = new Float32Array(planes.length);
  for (let plane = 0; plane < 3; plane++) {
    const light = air[plane]!;
    for (let at = 0; at < size; at++) {
      const value = planes[plane * size + at]!;
      hazy[plane * size + at] = light + (value - light) * transmission[at]!;
    }
  }
  return hazy;
}

/**
 * Adds haze of a random mean transmission over a depth that follows the edges of the patch; in most
 * patches, the depth varies little.
 *
 * @example scatterHaze(planes, 128, 128, new Random(7))
 */
export function scatterHaze(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: HazeRanges = hazeRanges,
): Float32Array {
  return applyHaze(planes, drawHaze(planes, width, height, random, ranges));
}

/** Draws what {@link scatterHaze} applies. */
export function drawHaze(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  { t, air, tint, spread }: HazeRanges = hazeRanges,
): Haze {
  const mean = drawIn(t, random);
  const grey = drawIn(air, random);
  const coloured = drawIn(tint, random);
  const colours = [0, 1, 2].map(() =>
    Math.min(1, Math.max(0, grey + coloured * random.uniform(-1, 1))),
  );
  const [least, most] = spread;
  const range = least + (most - least) * random.uniform() ** 2;
  const depth = sceneDepth(planes, width, height, random);
  return { air: colours, transmission: transmissionOf(depth, mean, range) };
}

/** `exp(-k·(1 + range·d))`, with d the depth relative to its mean, and k for the wanted mean. */
function transmissionOf(depth: Float32Array, mean: number, range: number): Float32Array {
  if (mean <= 0 || mean >= 1) return new Float32Array(depth.length).fill(mean);
  const middle = depth.reduce((sum, value) => sum + value, 0) / depth.length;
  const far = depth.map((value) => Math.max(0, 1 + 2 * range * (value - middle)));
  let thickness = -Math.log(mean);
  const sampled = far.filter((_, at) => at % 7 === 0);
  for (let round = 0; round < 4; round++) {
    const made = sampled.reduce((sum, value) => sum + Math.exp(-thickness * value), 0);
    thickness *= Math.log(mean) / Math.log(made / sampled.length);
  }
  return far.map((value) => Math.exp(-thickness * value));
}
