import { requireNumber } from './require-number.ts';

/** Losses that the smallest is looked for among. */
export const spikeWindow = 100;
/** A loss above so many times the smallest is a spike. */
const spike = 5;
/** What a spike counts as, in times the smallest. */
const counted = 2.5;

/**
 * The factor for the gradient of a batch: 1, or less for a spike.
 *
 * A loss above 5 times the smallest of the last 100 counts as 2.5 times that smallest (the recipe of
 * Prompt-In-Prompt), so one bad batch cannot throw parameters far off. Where the smallest is 0,
 * nothing can be measured against it and the factor is 1.
 *
 * @param history losses of the batches before, oldest first, as they were before scaling; only
 * the last 100 count, and of those what is finite
 * @param loss of this batch, at least 0
 * @returns in (0, 1]
 *
 * Errors: `INVALID_ARGUMENT` for a loss that is negative or not finite.
 *
 * @example spikeScale([0.04, 0.02], 0.2); // 0.25: counts as 0.05
 */
export function spikeScale(history: readonly number[], loss: number): number {
  requireNumber('a batch loss', loss, loss >= 0, 'a finite number of at least 0');
  const smallest = Math.min(...history.slice(-spikeWindow).filter(Number.isFinite));
  if (smallest <= 0 || loss <= spike * smallest) return 1;
  return (counted * smallest) / loss;
}
