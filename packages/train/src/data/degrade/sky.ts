import type { Random } from '@pip-graft/weights';
import { drawIn } from './range.ts';
import type { HazeRanges } from './scatter-haze.ts';

/** A sky of nothing but air, above whatever a patch shows. */
export interface Sky {
  /** Its light, of no colour, 0 to 1. */
  readonly light: number;
  /** How much of each pixel it covers, 0 to 1, (height, width). */
  readonly cover: Float32Array;
  /** Light at the top, as a share of that above the skyline. */
  readonly top: number;
}

/** Most edges of a skyline. */
const mostEdges = 12;

/**
 * Draws a sky for a patch, over roofs of up to thirteen heights; none if the range gives 0 or less.
 * Photographs of clear days have few skies without texture, and haze has many: without them a
 * network takes the air for a dark wall in haze.
 */
export function drawSky(
  width: number,
  height: number,
  random: Random,
  { sky, air }: Pick<HazeRanges, 'sky' | 'air'>,
): Sky | undefined {
  const reach = drawIn(sky, random);
  if (reach <= 0) return undefined;
  const edges = Array.from({ length: 1 + random.below(mostEdges) }, () => random.below(width)).sort(
    (a, b) => a - b,
  );
  const relief = random.uniform(0.02, 0.25);
  const roofs = Array.from({ length: edges.length + 1 }, () => {
    const share = Math.min(0.95, Math.max(0.02, reach + relief * random.normal()));
    return share * height;
  });
  const softness = random.uniform(1, 4);
  const cover = new Float32Array(width * height);
  let roof = 0;
  for (let x = 0; x < width; x++) {
    while (roof < edges.length && edges[roof]! <= x) roof++;
    for (let y = 0; y < height; y++) {
      const above = (roofs[roof]! - y) / softness + 0.5;
      cover[y * width + x] = Math.min(1, Math.max(0, above));
    }
  }
  return { light: drawIn(air, random), cover, top: random.uniform(0.92, 1.04) };
}

/** Puts a sky over planes, (3, height, width). */
export function addSky(planes: Float32Array, width: number, sky: Sky): Float32Array {
  const size = sky.cover.length;
  const height = size / width;
  return planes.map((value, at) => {
    const pixel = at % size;
    const share = sky.cover[pixel]!;
    const from = 1 - Math.floor(pixel / width) / height;
    const light = Math.min(1, sky.light * (1 + (sky.top - 1) * from));
    return value + share * (light - value);
  });
}

/** The ranges of haze whose air is that of a sky. */
export function hazeUnder({ light }: Sky, ranges: HazeRanges): HazeRanges {
  return { ...ranges, air: [light, light], tint: [0, 0] };
}
