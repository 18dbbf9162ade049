/** What one of several adapters gets of the weights over all labels. */
export interface Share {
  /** Over its own labels: they add up to 1, or are all 0. */
  readonly shares: readonly number[];
  /** How much of its change is made: its part of the whole, times the sum of all weights up to 1. */
  readonly amount: number;
}

/**
 * Weights over the labels of adapters, one adapter's labels after another's, as what each adapter
 * gets: which of its labels, and how much. Weights that add up to more than 1 are shares of 1.
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
