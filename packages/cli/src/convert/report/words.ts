import type { Made } from '../job/job.ts';

/** false where weights or an adapter came from a seed; null for a model without an adapter from elsewhere: nothing is known of its training. */
export function isTrained({ seeded, adapters }: Made): boolean | null {
  if (seeded || adapters.some(({ trained }) => !trained)) return false;
  return adapters.length > 0 ? true : null;
}

/** Milliseconds as "0.4 s". */
export function durationText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
