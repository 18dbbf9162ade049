import { topmCounts } from '@pip-graft/pip-core';
import type { TypedTensorOf } from '@pip-graft/weights';

/**
 * Whether top-m attention selects different entries for two sets of scores: where two scores are
 * nearly equal, the smallest rounding changes the choice.
 *
 * @param a float32 scores (…, k), as is `b`
 */
export function chosenOtherwise(a: TypedTensorOf<'float32'>, b: TypedTensorOf<'float32'>): boolean {
  const k = a.dims.at(-1)!;
  const counts = topmCounts(k).filter((count) => count > 0);
  for (let start = 0; start < a.data.length; start += k) {
    const [first, second] = [a, b].map(({ data }) => data.subarray(start, start + k));
    const [x, y] = [first!, second!].map((row) => row.slice().sort((p, q) => q - p));
    for (const count of counts)
      if (first!.some((score, at) => score >= x![count - 1]! !== second![at]! >= y![count - 1]!))
        return true;
  }
  return false;
}
