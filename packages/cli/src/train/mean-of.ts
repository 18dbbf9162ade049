import type { LogLine } from './train-log.ts';

/** Steps whose mean is shown: labels and noise differ from batch to batch. */
const recent = 50;

/** Means over the last steps of a stage, and how many these are. @param first steps before the stage */
export function meanOf(
  lines: readonly LogLine[],
  first = 0,
): {
  readonly loss: number;
  readonly figure: number;
  readonly count: number;
} {
  const last = lines.slice(-recent).filter(({ step }) => step > first);
  const mean = (key: 'loss' | 'figure') =>
    last.reduce((sum, line) => sum + line[key], 0) / Math.max(1, last.length);
  return { loss: mean('loss'), figure: mean('figure'), count: last.length };
}
