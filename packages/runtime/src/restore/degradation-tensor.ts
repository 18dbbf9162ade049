import { GraftError } from '@pip-graft/onnx-graft';
import { float32Tensor, type TypedTensorOf } from '../session/typed-tensor.ts';

/**
 * Rows of label weights as the input `degradation`: float32 (rows, labels).
 *
 * Errors: `INVALID_WEIGHTS` for negative, non-finite or all-zero weights.
 *
 * @example degradationTensor([[1, 0, 0], [0, 0.5, 0.5]])
 */
export function degradationTensor(rows: readonly (readonly number[])[]): TypedTensorOf<'float32'> {
  for (const row of rows) {
    const valid = row.every((weight) => Number.isFinite(weight) && weight >= 0);
    if (!valid || !row.some((weight) => weight > 0)) {
      throw new GraftError(
        'INVALID_WEIGHTS',
        `Degradation weights are finite, at least 0 and not all 0, but [${row.join(', ')}] were given.`,
      );
    }
  }
  return float32Tensor([rows.length, rows[0]?.length ?? 0], rows.flat());
}
