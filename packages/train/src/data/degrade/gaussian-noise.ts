import type { Random } from '@pip-graft/weights';
import { drawIn, type Range } from './range.ts';

/** Ranges that {@link gaussianNoise} draws from. */
export interface NoiseRanges {
  /** Deviation, on the scale 0 to 255. */
  readonly sigma: Range;
  /**
   * Size of the grain: deviation of the blur that spreads each value of the noise, in pixels. Files
   * of cameras are denoised and compressed, which leaves coarse grain. Below 0.2 there is no blur.
   */
  readonly grain: Range;
}

export const noiseRanges: NoiseRanges = { sigma: [0, 55], grain: [0, 0] };

/** Deviations of the usual denoising benchmarks; half of all patches have about one of these. */
export const usualSigmas: readonly number[] = [15, 25, 50];

/** White: uniform; grain: spread over neighbours, as after demosaicing; signal: more in light. */
export type NoiseKind = 'white' | 'grain' | 'signal';

/**
 * Adds Gaussian noise and clips to 0 to 1: white in three of four patches, else grain or by signal.
 *
 * @example gaussianNoise(planes, 128, 128, new Random(7), { sigma: [25, 25], grain: [0, 0] })
 */
export function gaussianNoise(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: NoiseRanges = noiseRanges,
): Float32Array {
  const sigma = drawSigma(ranges.sigma, random);
  const drawn = random.uniform();
  const kind = drawn < 0.75 ? 'white' : drawn < 0.875 ? 'grain' : 'signal';
  const grain = drawIn(ranges.grain, random.fork('grain'));
  return applyNoise(planes, { width, height, sigma, kind, grain }, random);
}

/** Draws a deviation: half of the time from the whole range, else within 2 of a usual one in it. */
export function drawSigma([low, high]: Range, random: Random): number {
  const usual = usualSigmas.filter((sigma) => sigma >= low && sigma <= high);
  if (usual.length === 0 || random.below(2) === 0) return drawIn([low, high], random);
  const about = usual[random.below(usual.length)]! + random.uniform(-2, 2);
  return Math.min(high, Math.max(low, about));
}

/** Adds noise of a deviation (0 to 255; at middle grey if by signal) and kind, and clips. */
export function applyNoise(
  planes: Float32Array,
  noise: { width: number; height: number; sigma: number; kind: NoiseKind; grain?: number },
  random: Random,
): Float32Array {
  const { width, height, kind, grain = 0 } = noise;
  const sigma = noise.sigma / 255;
  let field: Float32Array = new Float32Array(planes.length);
  for (let at = 0; at < field.length; at++) field[at] = random.normal();
  if (kind === 'grain') field = grained(field, width, height, random.uniform(0.2, 0.8));
  if (grain >= 0.2) field = spread(field, width, height, grain);
  for (let at = 0; at < field.length; at++) {
    const value = planes[at]!;
    const scale = kind === 'signal' ? Math.sqrt(0.2 + 1.6 * Math.max(0, value)) : 1;
    field[at] = Math.min(1, Math.max(0, value + sigma * scale * field[at]!));
  }
  return field;
}

/** Mixes `share` of the left and upper neighbours into each value; the variance stays 1. */
function grained(field: Float32Array, width: number, height: number, share: number): Float32Array {
  const across = new Float32Array(field.length);
  const scale = 1 / (1 + share * share);
  for (let at = 0; at < field.length; at++) {
    const before = at % width === 0 ? at + width - 1 : at - 1;
    across[at] = field[at]! + share * field[before]!;
  }
  const size = width * height;
  return across.map((value, at) => {
    const above = at % size < width ? at + size - width : at - width;
    return scale * (value + share * across[above]!);
  });
}

/** Blurs each plane by a Gaussian of a deviation in pixels, around its edges; the variance stays 1. */
function spread(field: Float32Array, width: number, height: number, blur: number): Float32Array {
  const reach = Math.ceil(3 * blur);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-((at - reach) ** 2) / (2 * blur * blur)),
  );
  const power = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
  const kernel = weights.map((weight) => weight / power);
  const size = width * height;
  const across = new Float32Array(field.length);
  const both = new Float32Array(field.length);
  for (let at = 0; at < field.length; at++) {
    const x = at % width;
    for (let step = -reach; step <= reach; step++)
      across[at]! += kernel[step + reach]! * field[at - x + wrapped(x + step, width)]!;
  }
  for (let at = 0; at < field.length; at++) {
    const within = at % size;
    const [x, y] = [within % width, Math.floor(within / width)];
    for (let step = -reach; step <= reach; step++)
      both[at]! +=
        kernel[step + reach]! * across[at - within + wrapped(y + step, height) * width + x]!;
  }
  return both;
}

function wrapped(at: number, size: number): number {
  return ((at % size) + size) % size;
}
