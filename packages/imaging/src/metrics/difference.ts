import { GraftError } from '@pip-graft/onnx-graft';
import { type TypedTensor, type TypedTensorOf, toFloat32 } from '@pip-graft/weights';
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

/** The difference between two tensors of the same shape. */
export interface Gap {
  readonly maxAbs: number;
  readonly meanAbs: number;
  /** `maxAbs` relative to the largest absolute value of the reference. */
  readonly relative: number;
  /** dB, with the reference's range as peak; null for equal tensors. */
  readonly psnr: number | null;
  readonly cosine: number;
  /** Index of the largest difference, one entry per axis. */
  readonly worst: readonly number[];
}

/**
 * Measures the difference between a float32 tensor and its reference.
 *
 * PSNR uses the reference's range (largest minus smallest) as its peak, because inner tensors have no
 * fixed range. NaN or infinity on one side only makes the errors NaN, so that every limit fails.
 *
 * Errors: `INVALID_ARGUMENT` for different shapes.
 *
 * @example gap(tensor, expected).relative <= 1e-4
 */
export function gap(tensor: TypedTensorOf<'float32'>, reference: TypedTensorOf<'float32'>): Gap {
  const { dims } = reference;
  if (tensor.dims.join() !== dims.join()) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Shapes [${tensor.dims.join(', ')}] and [${dims.join(', ')}] cannot be compared; use tensors of the same shape.`,
    );
  }
  const [a, b] = [tensor.data, reference.data];
  let [maxAbs, sum, squares, worst] = [0, 0, 0, 0];
  let [dot, normA, normB, low, high] = [
    0,
    0,
    0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (y < low) low = y;
    if (y > high) high = y;
    // Equal infinities do not differ, but would turn every sum into NaN.
    if (x === y && !Number.isFinite(x)) continue;
    const apart = x > y ? x - y : y - x;
    if (!(apart < Number.POSITIVE_INFINITY)) return broken(i, dims);
    if (apart > maxAbs) {
      maxAbs = apart;
      worst = i;
    }
    sum += apart;
    squares += apart * apart;
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  const count = b.length;
  const peak = Math.max(Math.abs(low), Math.abs(high));
  const range = high - low || peak;
  return {
    maxAbs,
    meanAbs: count === 0 ? 0 : sum / count,
    relative: maxAbs === 0 ? 0 : maxAbs / peak,
    psnr: squares === 0 ? null : 10 * Math.log10((range * range * count) / squares),
    cosine: maxAbs === 0 ? 1 : dot / Math.sqrt(normA * normB),
    worst: place(worst, dims),
  };
}

function broken(at: number, dims: readonly number[]): Gap {
  const nan = Number.NaN;
  return {
    maxAbs: nan,
    meanAbs: nan,
    relative: nan,
    psnr: nan,
    cosine: nan,
    worst: place(at, dims),
  };
}

/** A position in flat data as one index per axis. */
function place(flat: number, dims: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (const size of [...dims].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
