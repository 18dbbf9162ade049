import { topmCounts } from '@pip-graft/pip-core';
import type { TypedTensorOf } from '@pip-graft/weights';

/**
 * Whether top-m attention keeps other entries by these scores than by those: a choice that is made by
 * comparing jumps where two scores are as good as equal, however little rounding moves them.
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
