import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf, gradient, type Rule, unsupported } from '../backward.ts';
import { averageMatrix, resizeMatrix } from './sampling-matrix.ts';
import { windowOf } from './window.ts';

/**
 * Both resampling of rows and of columns are matrices, so the gradient is a product with each,
 * transposed: as exact as the forward pass, and on a GPU as well (spec onnxruntime.md section 8).
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
      ...{ kernel: kernel[axis]!, stride: strides[axis]! },
      ...{ before: pads[axis]!, after: pads[axis + 2]!, counted },
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
