import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf, gradient, type Rule, unsupported } from '../backward.ts';
import { windowOf } from './convolution.ts';

/**
 * Resampling of rows and of columns are both matrices, so the gradient is a product with each
 * transposed: as exact as the forward pass, and on a GPU too (docs/notes/onnxruntime.md section 8).
 */
function back(at: Backward, rows: Float32Array, columns: Float32Array): string {
  const { g, node } = at;
  const [, , height = 0, width = 0] = dimsOf(at, node.inputs[0]!);
  const [, , high = 0, wide = 0] = dimsOf(at, node.outputs[0]!);
  const constant = (name: string, dims: readonly number[], data: Float32Array) =>
    g.tensor(name, 'float32', dims, new Uint8Array(data.buffer));
  const down = constant('rows', [height, high], transposed(rows, high, height));
  const across = constant('columns', [wide, width], columns);
  return ops.matmul(g, ops.matmul(g, down, gradient(at)), across);
}

const resize: Rule = (at) => {
  const { node } = at;
  const [has, made] = [dimsOf(at, node.inputs[0]!), dimsOf(at, node.outputs[0]!)];
  if (has.length !== 4 || has[0] !== made[0] || has[1] !== made[1])
    throw unsupported(at, 'only rows and columns of images are known');
  const text = (name: string, otherwise: string) => node.attributes.get(name)?.string ?? otherwise;
  const options = {
    mode: text('mode', 'nearest'),
    coordinates: text('coordinate_transformation_mode', 'half_pixel'),
    nearest: text('nearest_mode', 'round_prefer_floor'),
  };
  if (node.attributes.get('antialias')?.int === 1) throw unsupported(at, 'antialiasing is unknown');
  const matrix = (axis: number): Float32Array => {
    const made_ = resizeMatrix(has[axis]!, made[axis]!, options);
    if (made_) return made_;
    throw unsupported(at, `mode '${options.mode}' with '${options.coordinates}' is unknown`);
  };
  return [back(at, matrix(2), matrix(3))];
};

const averagePool: Rule = (at) => {
  const { node } = at;
  const [has, made] = [dimsOf(at, node.inputs[0]!), dimsOf(at, node.outputs[0]!)];
  const { kernel, strides, dilations, pads } = windowOf(
    at,
    node.attributes.get('kernel_shape')?.ints ?? [],
  );
  if (dilations.some((step) => step !== 1)) throw unsupported(at, 'dilation is unknown');
  const counted = node.attributes.get('count_include_pad')?.int === 1;
  const matrix = (axis: number) =>
    averageMatrix(has[axis + 2]!, made[axis + 2]!, {
      kernel: kernel[axis]!,
      stride: strides[axis]!,
      before: pads[axis]!,
      after: pads[axis + 2]!,
      counted,
    });
  return [back(at, matrix(0), matrix(1))];
};

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = data[row * columns + column]!;
  return out;
}

export const resampling: Readonly<Record<string, Rule>> = {
  Resize: resize,
  AveragePool: averagePool,
};

/** How ONNX's Resize finds the source position of an output pixel. */
interface ResizeOptions {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
}

/**
 * Returns the matrix (to × from) by which Resize makes the pixels of an axis; undefined for an
 * unsupported mode. Source: https://onnx.ai/onnx/operators/onnx__Resize.html.
 */
function resizeMatrix(
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

/** How a window averages along an axis. */
interface AverageOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  /** Whether padding counts as zeros in the average. */
  readonly counted: boolean;
}

/** Returns the matrix (to × from) by which AveragePool makes the pixels of an axis. */
function averageMatrix(
  from: number,
  to: number,
  { kernel, stride, before, after, counted }: AverageOptions,
): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const start = row * stride - before;
    const [low, high] = [Math.max(0, start), Math.min(from, start + kernel)];
    // A window of ceil_mode may reach past the padding; what is there does not count.
    const count = counted ? Math.min(start + kernel, from + after) - start : high - low;
    for (let at = low; at < high; at++) matrix[row * from + at] = 1 / count;
  }
  return matrix;
}
