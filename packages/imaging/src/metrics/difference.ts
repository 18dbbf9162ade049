import { GraftError } from '@pip-graft/onnx-graft';

/** Numbers with or without a shape. */
export interface Numbers {
  readonly dims?: readonly number[];
  readonly data: Float32Array;
}

/** The difference between two tensors of the same shape. */
export interface Difference {
  readonly maxAbs: number;
  readonly meanAbs: number;
  /** Largest absolute value of the second tensor, the reference for `maxAbs`. */
  readonly peak: number;
  /** Index of the largest difference in the flat data. */
  readonly worst: number;
}

/**
 * Measures the largest and mean absolute difference, and finds the largest.
 *
 * NaN on either side makes both NaN, so that every limit fails; equal infinities differ by 0.
 *
 * Errors: `INVALID_ARGUMENT` for different shapes.
 *
 * @example difference(tensor, expected).maxAbs <= 1e-5
 */
export function difference(a: Numbers, b: Numbers): Difference {
  const sameShape =
    a.data.length === b.data.length &&
    (a.dims === undefined || b.dims === undefined || a.dims.join() === b.dims.join());
  if (!sameShape) {
    const [left, right] = [a, b].map((x) => `[${(x.dims ?? [x.data.length]).join(', ')}]`);
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Shapes ${left} and ${right} cannot be compared; use tensors of the same shape.`,
    );
  }
  let maxAbs = 0;
  let sum = 0;
  let peak = 0;
  let worst = 0;
  for (let i = 0; i < a.data.length; i++) {
    const [x, y] = [a.data[i]!, b.data[i]!];
    const gap = x === y ? 0 : Math.abs(x - y);
    if (Number.isNaN(gap)) return { maxAbs: gap, meanAbs: gap, peak: gap, worst: i };
    sum += gap;
    if (gap > maxAbs) {
      maxAbs = gap;
      worst = i;
    }
    peak = Math.max(peak, Math.abs(y));
  }
  return { maxAbs, meanAbs: a.data.length === 0 ? 0 : sum / a.data.length, peak, worst };
}
