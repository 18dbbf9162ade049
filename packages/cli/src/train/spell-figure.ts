import type { Figure } from '@pip-graft/train';

/** A figure with its unit. @example spellFigure('accuracy', 0.973) // '97.3 % right' */
export function spellFigure(figure: Figure, value: number): string {
  return figure === 'psnr' ? `${value.toFixed(2)} dB` : `${(100 * value).toFixed(1)} % right`;
}
