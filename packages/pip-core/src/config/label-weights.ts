import { didYouMean, GraftError } from '@pip-graft/onnx-graft';

/** Weights by label, or in the order of the labels. */
export type LabelWeights = Readonly<Record<string, number>> | readonly number[];

/**
 * Degradation weights in the order of an adapter's labels.
 *
 * Errors: `UNKNOWN_LABEL` for a label the adapter does not have;
 * `INVALID_WEIGHTS` for negative or non-finite weights, or a wrong count. All zero is the host's output.
 *
 * @example labelWeights({ rain: 1 }, ['noise', 'rain']) // [0, 1]
 */
export function labelWeights(given: LabelWeights, labels: readonly string[]): number[] {
  const weights = isList(given) ? [...given] : byLabel(given, labels);
  const spelled = isList(given) ? weights.join(', ') : JSON.stringify(given);
  if (weights.length !== labels.length) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `${weights.length} degradation weights were given for ${labels.length} labels (${labels.join(', ')}).`,
    );
  }
  checkWeights(weights, spelled);
  return weights;
}

/**
 * Refuses weights that no degradation has: `INVALID_WEIGHTS` for negative or non-finite ones, also
 * those that float32, which models compute in, cannot hold.
 */
export function checkWeights(weights: readonly number[], spelled = weights.join(', ')): void {
  if (!weights.every((weight) => Number.isFinite(Math.fround(weight)) && weight >= 0)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `Degradation weights must be finite and not negative: ${spelled}.`,
    );
  }
}

function byLabel(given: Readonly<Record<string, number>>, labels: readonly string[]): number[] {
  for (const label of Object.keys(given)) {
    if (!labels.includes(label)) {
      throw new GraftError(
        'UNKNOWN_LABEL',
        `Degradation '${label}' is not one of this adapter's (${labels.join(', ')})${didYouMean(label, labels)}`,
      );
    }
  }
  return labels.map((label) => (Object.hasOwn(given, label) ? given[label]! : 0));
}

function isList(given: LabelWeights): given is readonly number[] {
  return Array.isArray(given);
}
