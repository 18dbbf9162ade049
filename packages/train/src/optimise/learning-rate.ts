import { requireCount, requireNumber } from './floats.ts';

/** Rates of a whole training run, counted in steps of the optimiser. */
export interface RateSchedule {
  /** The largest rate, reached when the warm-up ends; at least 0. */
  readonly peak: number;
  /** Steps from a tenth of the peak to the peak; 0 starts at the peak. */
  readonly warmupSteps: number;
  /** Steps until the rate reaches its end, including the warm-up. */
  readonly totalSteps: number;
  /** The rate at the end, at least 0. Default: 0. */
  readonly end?: number;
}

/** Share of the peak at which a warm-up starts. */
const start = 0.1;

/**
 * Returns the learning rate of a step: a linear rise from a tenth of the peak, then half a cosine
 * to the end.
 *
 * This is the recipe of Prompt-In-Prompt (peak 3.6e-4 for batches of 48, 10 of 120 epochs of
 * warm-up).
 *
 * @param step steps taken before this one: 0 for the first; from `totalSteps` on, the rate is `end`
 *
 * Errors: `INVALID_ARGUMENT` for a negative peak or end, counts that are not whole numbers, or a
 * warm-up longer than `totalSteps`.
 *
 * @example learningRate({ peak: 3.6e-4, warmupSteps: 100, totalSteps: 1200 }, 0); // 3.6e-5
 */
export function learningRate(
  { peak, warmupSteps, totalSteps, end = 0 }: RateSchedule,
  step: number,
): number {
  requireNumber('the peak of the learning rate', peak, peak >= 0, 'at least 0');
  requireNumber('the end of the learning rate', end, end >= 0, 'at least 0');
  requireCount('totalSteps', totalSteps);
  requireCount('warmupSteps', warmupSteps);
  requireCount('a step', step);
  const fits = warmupSteps <= totalSteps;
  requireNumber('warmupSteps', warmupSteps, fits, `at most the ${totalSteps} steps in all`);
  if (step >= totalSteps) return end;
  if (step < warmupSteps) return peak * (start + (1 - start) * (step / warmupSteps));
  const passed = (step - warmupSteps) / (totalSteps - warmupSteps);
  return end + ((peak - end) * (1 + Math.cos(Math.PI * passed))) / 2;
}
