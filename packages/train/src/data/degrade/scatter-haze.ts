import type { Random } from '@pip-graft/weights';
import { drawIn, type Range } from './range.ts';

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
  /** How far down a sky of nothing but air reaches, as a share of the height; none below 0. */
  readonly sky: Range;
}

/** Ranges of RESIDE (Li et al. 2019), widened on both sides, as transmission, not scattering. */
export const hazeRanges: HazeRanges = {
  t: [0.15, 0.95],
  air: [0.6, 1],
  tint: [0, 0.06],
  spread: [0, 0.8],
  sky: [0, 0],
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

/**
 * Makes a random depth for a patch, (height, width), 0 to 1: a blend of a landscape without edges,
 * a slope, and regions of similar colour and place, each at one depth.
 *
 * @example sceneDepth(planes, 128, 128, new Random(7))
 */
export function sceneDepth(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
): Float32Array {
  const smooth = smoothDepth(width, height, random);
  const regions = softened(regionDepth(planes, width, height, random), width, height);
  const shares = [random.uniform(), random.uniform(), 1.5 * random.uniform()];
  const total = shares[0]! + shares[1]! + shares[2]! || 1;
  const angle = random.uniform(0, 2 * Math.PI);
  const [right, down] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.abs(right) + Math.abs(down);
  return smooth.map((value, at) => {
    const across = (at % width) / Math.max(1, width - 1) - 0.5;
    const below = Math.floor(at / width) / Math.max(1, height - 1) - 0.5;
    const slope = (across * right + below * down) / reach + 0.5;
    return (shares[0]! * value + shares[1]! * slope + shares[2]! * regions[at]!) / total;
  });
}

/**
 * Assigns depths to two to five regions: the pixels nearest to a random pixel in colour and place.
 */
function regionDepth(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
): Float32Array {
  const size = width * height;
  const seeds = Array.from({ length: 2 + random.below(4) }, () => {
    const at = random.below(size);
    return { x: at % width, y: Math.floor(at / width), at, depth: random.uniform() };
  });
  // The width of a patch counts as much as a difference of a quarter of the range in all colours.
  const place = 0.19 / Math.max(width, height) ** 2;
  const depth = new Float32Array(size);
  for (let at = 0; at < size; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    let nearest = Number.POSITIVE_INFINITY;
    for (const seed of seeds) {
      let distance = place * ((x - seed.x) ** 2 + (y - seed.y) ** 2);
      for (let first = 0; first < 3 * size; first += size) {
        distance += (planes[first + at]! - planes[first + seed.at]!) ** 2;
      }
      if (distance < nearest) {
        nearest = distance;
        depth[at] = seed.depth;
      }
    }
  }
  return depth;
}

/** The mean over five by five pixels, so that single pixels do not make regions; edges repeat. */
function softened(depth: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(depth.length);
  const both = new Float32Array(depth.length);
  for (let at = 0; at < depth.length; at++) {
    const x = at % width;
    for (let step = -2; step <= 2; step++) {
      across[at]! += depth[at - x + Math.min(width - 1, Math.max(0, x + step))]! / 5;
    }
  }
  for (let at = 0; at < depth.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    for (let step = -2; step <= 2; step++) {
      both[at]! += across[Math.min(height - 1, Math.max(0, y + step)) * width + x]! / 5;
    }
  }
  return both;
}

/**
 * Makes a random landscape without edges, (height, width), from 0 to 1: uniform heights at the
 * corners of three by three cells, interpolated by smoothstep.
 *
 * @example smoothDepth(128, 128, new Random(7))
 */
export function smoothDepth(width: number, height: number, random: Random): Float32Array {
  const cells = 3;
  const corners = Array.from({ length: (cells + 1) ** 2 }, () => random.uniform());
  const columns = Array.from({ length: width }, (_, x) => cell(x, width, cells));
  const depth = new Float32Array(width * height);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let y = 0; y < height; y++) {
    const [row, v] = cell(y, height, cells);
    for (let x = 0; x < width; x++) {
      const [column, u] = columns[x]!;
      const at = row * (cells + 1) + column;
      const upper = corners[at]! * (1 - u) + corners[at + 1]! * u;
      const lower = corners[at + cells + 1]! * (1 - u) + corners[at + cells + 2]! * u;
      // Rounded to float32, as stored, so that the least becomes exactly 0.
      const value = Math.fround(upper * (1 - v) + lower * v);
      depth[y * width + x] = value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  // One pixel has no range.
  const range = most > least ? most - least : 1;
  return depth.map((value) => Math.min(1, Math.max(0, (value - least) / range)));
}

/** Returns the cell of a position, and the smoothed position within it. */
function cell(at: number, size: number, cells: number): [number, number] {
  const place = size === 1 ? 0 : (at / (size - 1)) * cells;
  const index = Math.min(cells - 1, Math.floor(place));
  const within = place - index;
  return [index, within * within * (3 - 2 * within)];
}
