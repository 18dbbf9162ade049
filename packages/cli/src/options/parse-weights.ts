import { GraftError } from '@pip-graft/onnx-graft';
import { labelWeights } from '@pip-graft/pip-core';

/**
 * `rain=1,noise=0.5` or `rain` as weights in the order of the labels.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS` (negative, not a number, or twice).
 *
 * @example parseWeights('rain', ['noise', 'rain']) // [0, 1]
 */
export function parseWeights(text: string, labels: readonly string[]): number[] {
  const weights = new Map<string, number>();
  for (const part of text.split(',')) {
    const [label = '', amount = '1', ...rest] = part.split('=').map((word) => word.trim());
    if (weights.has(label)) {
      throw new GraftError('INVALID_WEIGHTS', `degradation '${label}' is given twice.`);
    }
    const weight = amount === '' ? Number.NaN : Number(amount);
    if (rest.length > 0 || !Number.isFinite(Math.fround(weight)) || weight < 0) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${part}': expected ${label}=NUMBER with a number of 0 or more.`,
      );
    }
    weights.set(label, weight);
  }
  return labelWeights(Object.fromEntries(weights), labels);
}
