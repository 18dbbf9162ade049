import { GraftError } from '@pip-graft/onnx-graft';
import { type TypedTensor, toFloat32 } from '@pip-graft/weights';
import type { Image } from '../image/image.ts';

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

/** Whether two tensors have the same type, shape and bits; NaN equals itself, 0 and -0 differ. */
export function sameBits(a: TypedTensor, b: TypedTensor): boolean {
  return (
    a.type === b.type &&
    a.dims.join() === b.dims.join() &&
    Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  );
}

function bytesOf({ data }: TypedTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Counts the elements that are NaN or infinite. @example countNonFinite(output) === 0 */
export function countNonFinite(tensor: TypedTensor): number {
  let count = 0;
  for (const value of toFloat32(tensor).data) if (!Number.isFinite(value)) count++;
  return count;
}

/** Throws `INVALID_ARGUMENT` unless two images have the same size. */
export function sameSize(a: Image, b: Image): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `Images of ${a.width}x${a.height} and ${b.width}x${b.height} cannot be compared; use images of the same size.`,
  );
}
