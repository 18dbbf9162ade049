import type { LogLine } from './train-log.ts';

/** Steps whose mean is shown: labels and noise differ from batch to batch. */
const recent = 50;

/** Means over the last steps, and how many these are. */
export function meanOf(lines: readonly LogLine[]): {
  readonly loss: number;
  readonly figure: number;
  readonly count: number;
} {
  const last = lines.slice(-recent);
  const mean = (key: 'loss' | 'figure') =>
    last.reduce((sum, line) => sum + line[key], 0) / Math.max(1, last.length);
  return { loss: mean('loss'), figure: mean('figure'), count: last.length };
}
