import type { Random } from '@pip-graft/weights';

/** Lowest and highest value that something is drawn from. */
export type Range = readonly [low: number, high: number];

/** A value of the range, evenly spread. */
export function drawIn([low, high]: Range, random: Random): number {
  return random.uniform(low, high);
}

/** A value of the range, its logarithm evenly spread; evenly where the range begins at 0. */
export function drawLog([low, high]: Range, random: Random): number {
  if (low <= 0) return random.uniform(low, high);
  return low * (high / low) ** random.uniform();
}

/** A whole number of the range, each as likely as another. */
export function drawWhole([low, high]: Range, random: Random): number {
  return low + random.below(high - low + 1);
}
