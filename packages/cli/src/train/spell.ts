import type {
  Figure,
  RunProgress,
  RunResult,
  SensorFigures,
  ValidationLine,
} from '@pip-graft/train';

/** Name of an option on the command line. @example kebab('weightDecay') // 'weight-decay' */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Rounds a measurement to four digits, for records. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Formats a figure with its unit. @example spellFigure('accuracy', 0.973) // '97.3 % right' */
export function spellFigure(figure: Figure, value: number): string {
  return figure === 'psnr' ? `${value.toFixed(2)} dB` : `${(100 * value).toFixed(1)} % right`;
}

/** Formats the time that a run took. */
export function spellTime({
  seconds,
  patchesPerSecond,
  runtimeShare,
}: Pick<RunResult, 'seconds' | 'patchesPerSecond' | 'runtimeShare'>): string {
  return `${seconds.toFixed(0)} s, ${patchesPerSecond.toFixed(1)} patches a second, ${(runtimeShare * 100).toFixed(0)} % in the runtime`;
}

/** Formats the text beside a run's progress bar. */
export function spellProgress(progress: RunProgress): string {
  const { loss, figure, value, validation, patchesPerSecond } = progress;
  const parts = [`loss ${loss.toFixed(5)}`, spellFigure(figure, value)];
  if (validation) parts.push(`validation ${validation.mean.toFixed(2)} dB`);
  return [...parts, `${patchesPerSecond.toFixed(1)} patches/s`].join(', ');
}

/** Returns a table row for each label. */
export function judgementRows(figures: readonly SensorFigures[]): (readonly [string, string])[] {
  return figures.map(({ label, right, missed, falsely }) => [
    label,
    `${percent(right)} right: missed in ${percent(missed)} of the patches that have it, found in ${percent(falsely)} of the others`,
  ]);
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}

/** Formats the validation whose state is kept. */
export function spellBest({ step, mean, psnr }: ValidationLine): string {
  const each = Object.entries(psnr).map(([label, value]) => `${label} ${value.toFixed(2)}`);
  return `step ${step}, the best of the validations: ${mean.toFixed(2)} dB (${each.join(', ')})`;
}
