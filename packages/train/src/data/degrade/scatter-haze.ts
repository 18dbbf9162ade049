import type { Random } from '@pip-graft/weights';
import { smoothDepth } from './smooth-depth.ts';

/** The haze of one picture. */
export interface Haze {
  /** Light of the air, 0 to 1. */
  readonly air: number;
  /** Scattering by unit of depth. */
  readonly beta: number;
  /** (height, width), from 0. */
  readonly depth: Float32Array;
}

/**
 * Haze by the scattering model `I = J·t + A·(1 - t)`, `t = exp(-beta·depth)`, of one strength and
 * depth: the same in the three colours.
 */
export function applyHaze(planes: Float32Array, { air, beta, depth }: Haze): Float32Array {
  const through = depth.map((far) => Math.exp(-beta * far));
  return planes.map((value, at) => {
    const t = through[at % through.length]!;
    return value * t + air * (1 - t);
  });
}

/**
 * Random haze: A in 0.7 to 1 and beta in 0.6 to 1.8 (the ranges of RESIDE, Li et al. 2019), over a
 * smooth random depth that begins at 0.2 to 1 and rises by up to 0.8: a patch sees a part of a scene.
 *
 * @example scatterHaze(planes, 128, 128, new Random(7))
 */
export function scatterHaze(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
): Float32Array {
  return applyHaze(planes, drawHaze(width, height, random));
}

/** What {@link scatterHaze} applies. */
export function drawHaze(width: number, height: number, random: Random): Haze {
  const air = random.uniform(0.7, 1);
  const beta = random.uniform(0.6, 1.8);
  const near = random.uniform(0.2, 1);
  const rise = random.uniform(0, 0.8);
  return {
    air,
    beta,
    depth: smoothDepth(width, height, random).map((value) => near + rise * value),
  };
}
