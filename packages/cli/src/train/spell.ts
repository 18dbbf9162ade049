import type { Figure } from '@pip-graft/train';
import type { LogLine } from './csv-file.ts';
import type { RunResult } from './run-steps.ts';

/** The name of an option as people give it. @example kebab('weightDecay') // 'weight-decay' */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A measure as a record keeps it: four digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** A figure with its unit. @example spellFigure('accuracy', 0.973) // '97.3 % right' */
export function spellFigure(figure: Figure, value: number): string {
  return figure === 'psnr' ? `${value.toFixed(2)} dB` : `${(100 * value).toFixed(1)} % right`;
}

/** How long a run took, as people read it. */
export function spellTime({
  seconds,
  patchesPerSecond,
  runtimeShare,
}: Pick<RunResult, 'seconds' | 'patchesPerSecond' | 'runtimeShare'>): string {
  return `${seconds.toFixed(0)} s, ${patchesPerSecond.toFixed(1)} patches a second, ${(runtimeShare * 100).toFixed(0)} % in the runtime`;
}

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
