import type { StepReport } from '@pip-graft/train';

/** Steps whose mean is shown: labels and noise differ from batch to batch. */
const recent = 50;

/** Means over the last steps, and how many these are. */
export function meanOf(lines: readonly StepReport[]): {
  readonly loss: number;
  readonly psnr: number;
  readonly count: number;
} {
  const last = lines.slice(-recent);
  const mean = (key: 'loss' | 'psnr') =>
    last.reduce((sum, line) => sum + line[key], 0) / Math.max(1, last.length);
  return { loss: mean('loss'), psnr: mean('psnr'), count: last.length };
}
