import { argument, GraftError } from '@pip-graft/onnx-graft';
import { checkWeights } from '@pip-graft/pip-core';
import { float32Tensor, type TypedTensorOf } from '@pip-graft/weights';

/** What a caller asks for, and the name of the sensor's output. */
interface SteeringRequest {
  readonly degradation?: readonly number[];
  readonly strength?: number;
  readonly names?: { readonly found?: string };
}

/** Inputs that steer a model, and the output to read if its sensor decides. */
export interface Steering {
  readonly degradation?: readonly number[] | undefined;
  readonly strength?: number | undefined;
  /** The sensor's output; undefined if the caller passes weights. */
  readonly found?: string | undefined;
}

/**
 * Returns weights and strength as a model takes them. Weights of zero mean the host's output. A
 * model with a sensor would take them as *find out*, so it gets a strength of 0 instead.
 *
 * Errors: `INVALID_WEIGHTS` for negative or non-finite weights.
 *
 * @example steeringOf({ degradation: [0, 0], names: { found: 'degradation_found' } }).strength // 0
 */
export function steeringOf({ degradation, strength, names }: SteeringRequest): Steering {
  if (degradation === undefined) return { strength, found: names?.found };
  checkWeights(degradation);
  if (names?.found === undefined || degradation.some((weight) => weight > 0))
    return { degradation, strength };
  return { degradation: degradation.map(() => 1), strength: 0 };
}

/**
 * Converts rows of label weights to the input `degradation`: float32 (rows, labels).
 *
 * Errors: `INVALID_WEIGHTS` for negative or non-finite weights.
 *
 * @example degradationTensor([[1, 0, 0], [0, 0.5, 0.5]])
 */
export function degradationTensor(rows: readonly (readonly number[])[]): TypedTensorOf<'float32'> {
  for (const row of rows) checkWeights(row);
  return float32Tensor([rows.length, rows[0]?.length ?? 0], rows.flat());
}

/** Rejects a number that is not a strength: models compute in float32, where 1e39 is infinite. */
export function checkStrength(strength: unknown): void {
  if (typeof strength === 'number' && Number.isFinite(Math.fround(strength))) return;
  const given = typeof strength === 'number' ? strength : argument.describe(strength);
  throw new GraftError(
    'INVALID_ARGUMENT',
    `strength: ${given} is not a finite number; pass one such as 0.5.`,
  );
}
