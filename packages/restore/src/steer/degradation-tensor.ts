import { checkWeights } from '@pip-graft/pip-core';
import { float32Tensor, type TypedTensorOf } from '@pip-graft/weights';

/**
 * Rows of label weights as the input `degradation`: float32 (rows, labels).
 *
 * Errors: `INVALID_WEIGHTS` for negative or non-finite weights.
 *
 * @example degradationTensor([[1, 0, 0], [0, 0.5, 0.5]])
 */
export function degradationTensor(rows: readonly (readonly number[])[]): TypedTensorOf<'float32'> {
  for (const row of rows) checkWeights(row);
  return float32Tensor([rows.length, rows[0]?.length ?? 0], rows.flat());
}
