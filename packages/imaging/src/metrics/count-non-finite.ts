import type { TypedTensor } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';

/** Counts the elements that are NaN or infinite. @example countNonFinite(output) === 0 */
export function countNonFinite(tensor: TypedTensor): number {
  let count = 0;
  for (const value of toFloat32(tensor).data) if (!Number.isFinite(value)) count++;
  return count;
}
