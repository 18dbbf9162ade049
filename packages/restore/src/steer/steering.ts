import { checkWeights } from '@pip-graft/pip-core';
import { float32Tensor, type TypedTensorOf } from '@pip-graft/weights';
import type { RestoreOptions } from '../run/restore-image.ts';

/** What a model is fed to steer it, and the output to read where it decides by itself. */
export interface Steering {
  readonly degradation?: readonly number[] | undefined;
  readonly strength?: number | undefined;
  /** The sensor's output; undefined where weights are given. */
  readonly found?: string | undefined;
}

/**
 * Weights and strength as a model takes them. Weights of zero ask for the host's output. A model with a
 * sensor would read them as *find out*, so there they are fed as a strength of 0.
 *
 * Errors: `INVALID_WEIGHTS` for negative or non-finite weights.
 *
 * @example steeringOf({ degradation: [0, 0], names: { found: 'degradation_found' } }).strength // 0
 */
export function steeringOf({ degradation, strength, names }: RestoreOptions): Steering {
  if (degradation === undefined) return { strength, found: names?.found };
  checkWeights(degradation);
  if (names?.found === undefined || degradation.some((weight) => weight > 0))
    return { degradation, strength };
  return { degradation: degradation.map(() => 1), strength: 0 };
}

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
