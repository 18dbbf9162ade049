/** What one of several adapters gets of the weights over all labels. */
export interface Share {
  /** Over its own labels, scaled to the sum over all. */
  readonly weights: readonly number[];
  /** Its part of the sum, 0 to 1. */
  readonly share: number;
}

/**
 * Weights over the labels of several adapters, one adapter's labels after another's, as what each
 * adapter gets. One that has all the weight gets its weights as they are and a share of exactly 1.
 *
 * @example shareWeights([1, 0, 3], [2, 1]) // [{ weights: [4, 0], share: 0.25 }, { weights: [4], share: 0.75 }]
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
    const scale = sum > 0 ? total / sum : 0;
    return { weights: part.map((weight) => weight * scale), share: total > 0 ? sum / total : 0 };
  });
}
