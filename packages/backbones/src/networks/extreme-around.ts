import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/**
 * The smallest, or largest, value within `radius` rows and columns of an NCHW value. Not a MaxPool:
 * CUDA's published kernels have none since operator set 22.
 */
export function extremeAround(
  g: GraphBuilder,
  x: string,
  radius: number,
  extreme: typeof ops.min,
): string {
  const sides = [0, 0, radius, radius];
  const padded = ops.pad(g, x, [...sides, ...sides], { mode: 'edge', name: 'pad' });
  return [2, 3].reduce((value, axis) => along(g, value, axis, 2 * radius + 1, extreme), padded);
}

/** The extreme of `window` neighbours along an axis, which gets shorter by `window` - 1. */
function along(
  g: GraphBuilder,
  x: string,
  axis: number,
  window: number,
  extreme: typeof ops.min,
): string {
  const part = (value: string, starts: number, ends: number) =>
    ops.slice(g, value, { axes: [axis], starts: [starts], ends: [ends] });
  let [value, span] = [x, 1];
  while (span < window) {
    const step = Math.min(span, window - span);
    const [first, second] = [part(value, 0, -step), part(value, step, Number.MAX_SAFE_INTEGER)];
    value = extreme(g, first, second);
    span += step;
  }
  return value;
}
