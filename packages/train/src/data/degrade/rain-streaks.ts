import type { Random } from '@pip-graft/weights';
import { drawIn, drawWhole, type Range } from './range.ts';
import { type StreakLayer, streakLayer } from './streak-layer.ts';

/** What {@link rainStreaks} draws from. Lengths are in pixels: a patch is a part of an image. */
export interface RainRanges {
  /** Layers, each of one direction. */
  readonly layers: Range;
  /** Light that a streak adds, 0 to 1. */
  readonly strength: Range;
  /** Share of the area that the streaks of a layer cover, were none over another; above 0. */
  readonly cover: Range;
  /** Pixels; longer in heavy rain. */
  readonly length: Range;
  readonly width: Range;
  /** Degrees from upright. */
  readonly lean: Range;
  /** Share of the light that far rain takes and replaces by grey, in a quarter of the patches. */
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
 * Rain by linear superposition, `I = J + S`, clipped at 1 (Yang et al. 2017): S, the same in all
 * three colours, are layers of streaks, most of them of the first one's direction.
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
  // How heavy the rain is decides for all layers: there is no drizzle in a cloudburst.
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
      // Long streaks are near ones, and wider.
      width: atShare(ranges.width, random.uniform() * Math.min(1, length / 40)),
      lean: Math.min(ranges.lean[1], Math.max(ranges.lean[0], own + random.uniform(-4, 4))),
      tapered: length < 25 || random.below(2) === 0,
    };
  });
}

/** The middle of the range is likelier than its ends. */
function drawLean(range: Range, random: Random): number {
  return atShare(range, (random.uniform() + random.uniform()) / 2);
}

function atShare([low, high]: Range, share: number): number {
  return low + (high - low) * share;
}
