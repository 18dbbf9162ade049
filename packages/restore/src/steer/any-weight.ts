/**
 * True where weights say what an image has. None, or all zero, leave it to a model's sensor; a model
 * without one gives its default for none and the host's output for zeros.
 *
 * @example anyWeight([0, 0.5]) // true
 */
export function anyWeight(weights: readonly number[] | undefined): boolean {
  return weights?.some((weight) => weight > 0) ?? false;
}
