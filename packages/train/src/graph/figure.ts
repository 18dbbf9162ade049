/** What people are told of a step beside its loss; larger is better. */
export type Figure = 'psnr' | 'accuracy';

/**
 * A step's error as its figure: dB of a mean squared error, or the share of right labels.
 *
 * @example figureOf('psnr', 0.001) // 30
 */
export function figureOf(figure: Figure, error: number): number {
  return figure === 'psnr' ? -10 * Math.log10(error) : 1 - error;
}
