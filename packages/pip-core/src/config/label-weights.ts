import { argument, didYouMean, GraftError } from '@pip-graft/onnx-graft';

/** Weights by label, or in the order of the labels. */
export type LabelWeights = Readonly<Record<string, number>> | readonly number[];

/**
 * Degradation weights in the order of an adapter's labels.
 *
 * Errors: `UNKNOWN_LABEL` for a label the adapter does not have; `INVALID_WEIGHTS` for negative or
 * non-finite weights, or a wrong count. All zero gives the host's output.
 *
 * @example labelWeights({ rain: 1 }, ['noise', 'rain']) // [0, 1]
 */
export function labelWeights(given: LabelWeights, labels: readonly string[]): number[] {
  argument.requireMembers({ labels }, 'labelWeights', { labels: 'a list' });
  // A promise or a Map has no members of its own, and would be read as no degradation at all.
  const isFilled = typeof given === 'object' && given !== null;
  if (!isFilled || given instanceof Promise || given instanceof Map) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `degradation: weights are passed as { rain: 1 } or as a list of numbers, not as ${argument.describe(given)}.`,
    );
  }
  const weights = isList(given) ? [...given] : byLabel(given, labels);
  const spelled = isList(given)
    ? weights.join(', ')
    : Object.entries(given)
        .map(([label, weight]) => `${label}=${shown(weight)}`)
        .join(', ');
  if (weights.length !== labels.length) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `${weights.length} degradation weights were given for ${labels.length} labels (${labels.join(', ')}).`,
    );
  }
  checkWeights(weights, spelled);
  return weights;
}

/** Weights of one label alone, by its position. @example oneHot(3, 1) // [0, 1, 0] */
export function oneHot(labels: number, at: number): number[] {
  return Array.from({ length: labels }, (_, index) => (index === at ? 1 : 0));
}

/**
 * Rejects impossible weights: `INVALID_WEIGHTS` for negative or non-finite ones, and those that do
 * not fit float32, in which models compute, also in sum.
 */
export function checkWeights(weights: readonly number[], spelled = weights.join(', ')): void {
  if (!weights.every(isWeight)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `degradation weights '${spelled}': they must be numbers, finite and not negative; pass some such as 0.5.`,
    );
  }
  const sum = weights.reduce((a, b) => a + b, 0);
  // The model divides by it.
  if (!Number.isFinite(Math.fround(sum))) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `degradation weights '${spelled}': their sum is too large for the model; pass some such as 0.5.`,
    );
  }
}

/** Text in quotes, so that '1' is not taken for 1. */
function shown(weight: unknown): string {
  return typeof weight === 'string' ? JSON.stringify(weight) : String(weight);
}

function isWeight(weight: unknown): boolean {
  return typeof weight === 'number' && Number.isFinite(Math.fround(weight)) && weight >= 0;
}

function byLabel(given: Readonly<Record<string, number>>, labels: readonly string[]): number[] {
  for (const label of Object.keys(given)) {
    if (!labels.includes(label)) {
      throw new GraftError(
        'UNKNOWN_LABEL',
        `degradation '${label}' is not one of this adapter's (${labels.join(', ')})${didYouMean(label, labels)}`,
      );
    }
  }
  return labels.map((label) => (Object.hasOwn(given, label) ? given[label]! : 0));
}

function isList(given: LabelWeights): given is readonly number[] {
  return Array.isArray(given);
}

/** One adapter's part of the weights over all labels. */
export interface Share {
  /** Over its own labels; they add up to 1, or are all 0. */
  readonly shares: readonly number[];
  /** Factor of its change: its part of the whole, times the sum of all weights up to 1. */
  readonly amount: number;
}

/**
 * Splits weights over the concatenated labels of several adapters into each adapter's part: which
 * of its labels, and how much. Weights that add up to more than 1 are shares of 1.
 *
 * @example shareWeights([1, 0, 3], [2, 1]) // [{ shares: [1, 0], amount: 0.25 }, { shares: [1], amount: 0.75 }]
 * @example shareWeights([0.5], [1]) // [{ shares: [1], amount: 0.5 }]
 */
export function shareWeights(weights: readonly number[], counts: readonly number[]): Share[] {
  let at = 0;
  const parts = counts.map((count) => {
    at += count;
    return weights.slice(at - count, at);
  });
  const sums = parts.map((part) => part.reduce((sum, weight) => sum + weight, 0));
  const total = sums.reduce((a, b) => a + b, 0);
  return parts.map((part, index) => {
    const sum = sums[index]!;
    return {
      shares: part.map((weight) => (sum > 0 ? weight / sum : 0)),
      amount: total > 0 ? (sum / total) * Math.min(1, total) : 0,
    };
  });
}
