import { GraftError } from '@pip-graft/onnx-graft';
import type { TypedTensorOf } from '@pip-graft/weights';

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
