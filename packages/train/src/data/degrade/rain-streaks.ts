import type { Random } from '@pip-graft/weights';
import { drawIn, drawWhole, type Range } from './range.ts';

/** Ranges of {@link rainStreaks}. Lengths are in pixels: a patch is a part of an image. */
export interface RainRanges {
  /** Number of layers, each of one direction. */
  readonly layers: Range;
  /** Light that a streak adds, 0 to 1. */
  readonly strength: Range;
  /** Share of the area that the streaks of a layer would cover without overlap; above 0. */
  readonly cover: Range;
  /** Length in pixels; longer in heavy rain. */
  readonly length: Range;
  readonly width: Range;
  /** Degrees from upright. */
  readonly lean: Range;
  /** Share of the light that distant rain replaces by grey, in a quarter of the patches. */
  readonly veil: Range;
}

export const rainRanges: RainRanges = {
  layers: [1, 5],
  strength: [0.12, 0.5],
  cover: [0.04, 0.6],
  length: [10, 100],
  width: [0.8, 2.5],
  lean: [-45, 45],
  veil: [0, 0.3],
};

/**
 * Adds rain by linear superposition, `I = J + S`, clipped at 1 (Yang et al. 2017): S, the same in
 * all three colours, consists of layers of streaks, most in the direction of the first one.
 *
 * @example rainStreaks(planes, 128, 128, new Random(7))
 */
export function rainStreaks(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: RainRanges = rainRanges,
): Float32Array {
  const streaks = new Float32Array(width * height);
  for (const layer of drawLayers(random, ranges)) {
    streakLayer(streaks, width, height, layer, random);
  }
  const veil = random.uniform() < 0.25 ? drawIn(ranges.veil, random) : 0;
  const grey = random.uniform(0.5, 0.9);
  return planes.map((value, at) =>
    Math.min(1, value + veil * (grey - value) + streaks[at % streaks.length]!),
  );
}

function drawLayers(random: Random, ranges: RainRanges): StreakLayer[] {
  const main = drawLean(ranges.lean, random);
  // One draw of heaviness for all layers: there is no drizzle in a cloudburst.
  const heavy = random.uniform();
  const about = (by: number) => Math.min(1, Math.max(0, heavy + random.uniform(-by, by)));
  return Array.from({ length: drawWhole(ranges.layers, random) }, (_, at) => {
    const own = at === 0 || random.uniform() < 0.65 ? main : drawLean(ranges.lean, random);
    const [short, long] = ranges.length;
    const length = short * (long / short) ** (0.65 * random.uniform() + 0.35 * heavy);
    return {
      strength: atShare(ranges.strength, about(0.3)),
      cover: ranges.cover[0] * (ranges.cover[1] / ranges.cover[0]) ** about(0.4),
      length,
      // Long streaks are nearer, and so wider.
      width: atShare(ranges.width, random.uniform() * Math.min(1, length / 40)),
      lean: Math.min(ranges.lean[1], Math.max(ranges.lean[0], own + random.uniform(-4, 4))),
      tapered: length < 25 || random.below(2) === 0,
    };
  });
}

/** Draws a lean; the middle of the range is likelier than its ends. */
function drawLean(range: Range, random: Random): number {
  return atShare(range, (random.uniform() + random.uniform()) / 2);
}

function atShare([low, high]: Range, share: number): number {
  return low + (high - low) * share;
}

/** Streaks of one direction. */
interface StreakLayer {
  /** Light that they add, 0 to 1. */
  readonly strength: number;
  /** Share of the area that they would cover without overlap. */
  readonly cover: number;
  /** Pixels. */
  readonly length: number;
  readonly width: number;
  /** Degrees from upright, at most 60. */
  readonly lean: number;
  /** Whether they fade from the middle, like drops that cross the exposure, or only at the ends. */
  readonly tapered: boolean;
}

/** Adds a layer's light to `light`, (height, width). */
function streakLayer(
  light: Float32Array,
  width: number,
  height: number,
  layer: StreakLayer,
  random: Random,
): void {
  // Streaks begin outside too, so that the edges are not drier than the middle.
  const reach = layer.length;
  const area = (width + 2 * reach) * (height + 2 * reach);
  const count = Math.round((layer.cover * area) / (layer.length * layer.width));
  for (let streak = 0; streak < count; streak++) {
    const x = random.uniform(-reach, width + reach);
    const y = random.uniform(-reach, height + reach);
    const lean = ((layer.lean + random.uniform(-1.5, 1.5)) * Math.PI) / 180;
    const length = layer.length * random.uniform(0.6, 1);
    const thick = layer.width * random.uniform(0.6, 1.2);
    const strength = layer.strength * random.uniform(0.4, 1);
    const [rows, slope] = [length * Math.cos(lean), Math.tan(lean)];
    // Along a row, a leaning streak is wider than across.
    const half = thick / Math.cos(lean) / 2;
    const first = Math.max(0, Math.ceil(y - rows / 2));
    const last = Math.min(height - 1, Math.floor(y + rows / 2));
    for (let row = first; row <= last; row++) {
      const along = Math.min(1, Math.max(0, (row - y) / rows + 0.5));
      const end = Math.min(along, 1 - along);
      const value = strength * (layer.tapered ? Math.sin(Math.PI * end) : Math.min(1, 6 * end));
      const middle = x + (row - y) * slope;
      const right = Math.min(width - 1, Math.floor(middle + half + 0.5));
      for (let column = Math.max(0, Math.ceil(middle - half - 0.5)); column <= right; column++) {
        const cover = Math.min(1, 2 * half, half + 0.5 - Math.abs(column - middle));
        light[row * width + column]! += value * cover;
      }
    }
  }
}
