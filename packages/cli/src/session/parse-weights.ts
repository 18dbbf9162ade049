import { GraftError } from '@pip-graft/onnx-graft';

/**
 * `rain=1,noise=0.5` or `rain` as weights in the order of the labels.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS` (negative, not a number, twice, or all zero).
 *
 * @example parseWeights('rain', ['noise', 'rain']) // [0, 1]
 */
export function parseWeights(text: string, labels: readonly string[]): number[] {
  const weights = new Array<number>(labels.length).fill(0);
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const [label = '', amount = '1', ...rest] = part.split('=').map((word) => word.trim());
    const index = labels.indexOf(label);
    if (index < 0) {
      throw new GraftError(
        'UNKNOWN_LABEL',
        `degradation '${label}' is not one of this adapter's: ${labels.join(', ')}.`,
      );
    }
    if (seen.has(label))
      throw new GraftError('INVALID_WEIGHTS', `degradation '${label}' is given twice.`);
    seen.add(label);
    const weight = amount === '' ? Number.NaN : Number(amount);
    if (rest.length > 0 || !Number.isFinite(Math.fround(weight)) || weight < 0) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${part}': expected ${label}=NUMBER with a number of 0 or more.`,
      );
    }
    weights[index] = weight;
  }
  if (weights.every((weight) => weight === 0)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `degradation '${text}': all weights are zero; give at least one above 0.`,
    );
  }
  return weights;
}
