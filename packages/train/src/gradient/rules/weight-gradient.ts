import { ops } from '@pip-graft/onnx-graft';
import type { Backward } from '../backward.ts';
import type { Window } from './window.ts';

/**
 * Gradient of a convolution by its weight (K, C/G, h, w): one product for each place in the kernel,
 * of the output's gradient and the input as that place sees it. Faster than a convolution with
 * exchanged axes in most cases, and matrix products on a GPU (spec onnxruntime.md section 8).
 */
export function weightGradient(
  at: Backward,
  { x, xDims }: { readonly x: string; readonly xDims: readonly number[] },
  { dy, dims }: { readonly dy: string; readonly dims: readonly number[] },
  groups: number,
  window: Window,
): string {
  const { g } = at;
  const { kernel, strides, dilations } = window;
  const [, inputs = 0] = xDims;
  const [batch = 0, outputs = 0, height = 0, width = 0] = dims;
  const [C, K] = [inputs / groups, outputs / groups];
  const padded = enlarged(at, x, xDims, dims, window);
  const depthwise = C === 1 && K === 1;
  const pixels = height * width;
  const rows = depthwise ? dy : ops.reshape(g, dy, [batch, groups, K, pixels]);
  const taps: string[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const starts = [i * dilations[0], j * dilations[1]];
      const seen =
        kernel[0] * kernel[1] === 1 && strides[0] === 1 && strides[1] === 1
          ? padded
          : ops.slice(g, padded, {
              axes: [2, 3],
              starts,
              ends: [
                starts[0]! + strides[0] * (height - 1) + 1,
                starts[1]! + strides[1] * (width - 1) + 1,
              ],
              steps: [...strides],
            });
      if (depthwise) {
        // (C,1): summed over images and pixels.
        const sum = ops.reduceSum(g, ops.mul(g, dy, seen), [0, 2, 3], { keepDims: false });
        taps.push(ops.reshape(g, sum, [outputs, 1, 1]));
        continue;
      }
      const columns = ops.transpose(
        g,
        ops.reshape(g, seen, [batch, groups, C, pixels]),
        [0, 1, 3, 2],
      );
      const product = ops.matmul(g, rows, columns);
      const sum = batch === 1 ? product : ops.reduceSum(g, product, [0]);
      taps.push(ops.reshape(g, sum, [outputs, C, 1]));
    }
  }
  const all = taps.length === 1 ? taps[0]! : ops.concat(g, taps, 2);
  return ops.reshape(g, all, [outputs, C, ...kernel]);
}

/** The input with its padding, and no more than the window reaches. */
function enlarged(
  at: Backward,
  x: string,
  xDims: readonly number[],
  dims: readonly number[],
  { kernel, strides, dilations, pads }: Window,
): string {
  const [top, left] = pads;
  const reach = [0, 1].map(
    (axis) => (dims[axis + 2]! - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1,
  );
  const bottom = Math.max(0, reach[0]! - xDims[2]! - top);
  const right = Math.max(0, reach[1]! - xDims[3]! - left);
  if (top + left + bottom + right === 0) return x;
  return ops.pad(at.g, x, [0, 0, top, left, 0, 0, bottom, right]);
}
