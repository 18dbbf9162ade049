import type { Random } from '@pip-graft/weights';

/** Lowest and highest value of a random draw. */
export type Range = readonly [low: number, high: number];

/** Draws a value of the range, uniformly. */
export function drawIn([low, high]: Range, random: Random): number {
  return random.uniform(low, high);
}

/** Draws a value of the range whose logarithm is uniform; uniformly if the range begins at 0. */
export function drawLog([low, high]: Range, random: Random): number {
  if (low <= 0) return random.uniform(low, high);
  return low * (high / low) ** random.uniform();
}

/** Draws a whole number of the range, all equally likely. */
export function drawWhole([low, high]: Range, random: Random): number {
  return low + random.below(high - low + 1);
}
