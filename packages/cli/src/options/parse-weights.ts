import { GraftError } from '@pip-graft/onnx-graft';
import { type LabelWeights, labelWeights } from '@pip-graft/pip-core';
import { decimal } from './decimal.ts';

/**
 * `rain=1,noise=0.5` or `rain` as weights in the order of the labels.
 *
 * Errors: those of {@link parseLabelWeights}.
 *
 * @example parseWeights('rain', ['noise', 'rain']) // [0, 1]
 */
export function parseWeights(text: string, labels: readonly string[]): number[] {
  return labelWeights(parseLabelWeights(text, labels), labels);
}

/**
 * `rain=1,noise=0.5` or `rain` as weights by label.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS` (negative, not a number, or twice).
 *
 * @example parseLabelWeights('rain', ['noise', 'rain']) // { rain: 1 }
 */
export function parseLabelWeights(text: string, labels: readonly string[]): LabelWeights {
  const weights = new Map<string, number>();
  for (const part of text.split(',')) {
    const [label = '', amount = '1', ...rest] = part.split('=').map((word) => word.trim());
    if (weights.has(label)) {
      throw new GraftError('INVALID_WEIGHTS', `degradation '${label}' is given twice.`);
    }
    const weight = decimal(amount);
    if (rest.length > 0 || !Number.isFinite(Math.fround(weight)) || weight < 0) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `degradation '${part}': expected ${label}=NUMBER with a number of 0 or more.`,
      );
    }
    weights.set(label, weight);
  }
  const given = Object.fromEntries(weights);
  labelWeights(given, labels);
  return given;
}
