/** How ONNX's Resize finds the place that an output pixel comes from. */
export interface ResizeOptions {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
}

/**
 * The matrix (to × from) by which Resize makes the pixels of an axis; undefined for a mode without
 * one here. Source: https://onnx.ai/onnx/operators/onnx__Resize.html.
 */
export function resizeMatrix(
  from: number,
  to: number,
  { mode, coordinates, nearest }: ResizeOptions,
): Float32Array | undefined {
  const place = places[coordinates];
  const round = rounding[nearest];
  if (!place || (mode === 'nearest' ? !round : mode !== 'linear')) return undefined;
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const x = place(row, from, to);
    const add = (at: number, share: number): void => {
      matrix[row * from + Math.min(from - 1, Math.max(0, at))]! += share;
    };
    if (mode === 'nearest') add(round!(x), 1);
    else {
      const left = Math.floor(x);
      add(left, 1 - (x - left));
      add(left + 1, x - left);
    }
  }
  return matrix;
}

const places: Readonly<Record<string, (x: number, from: number, to: number) => number>> = {
  half_pixel: (x, from, to) => ((x + 0.5) * from) / to - 0.5,
  pytorch_half_pixel: (x, from, to) => (to > 1 ? ((x + 0.5) * from) / to - 0.5 : 0),
  align_corners: (x, from, to) => (to > 1 ? (x * (from - 1)) / (to - 1) : 0),
  asymmetric: (x, from, to) => (x * from) / to,
};

const rounding: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** How a window takes averages along an axis. */
export interface AverageOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  /** Whether padding counts as zeros that are averaged. */
  readonly counted: boolean;
}

/** The matrix (to × from) by which AveragePool makes the pixels of an axis. */
export function averageMatrix(
  from: number,
  to: number,
  { kernel, stride, before, after, counted }: AverageOptions,
): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const start = row * stride - before;
    const [low, high] = [Math.max(0, start), Math.min(from, start + kernel)];
    // A window of ceil_mode may reach past the padding, which counts for nothing.
    const count = counted ? Math.min(start + kernel, from + after) - start : high - low;
    for (let at = low; at < high; at++) matrix[row * from + at] = 1 / count;
  }
  return matrix;
}
