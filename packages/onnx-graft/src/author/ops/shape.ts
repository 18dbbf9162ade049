import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue, gather, type Named } from './parts.ts';

/** All dimensions of x as an int64 vector. */
export function shape(g: GraphBuilder, x: string, options: Named = {}): string {
  return g.node('Shape', [x], {}, options)[0]!;
}

/**
 * Dimensions [start, end) of x as an int64 vector.
 *
 * Picked with Gather rather than Slice or Shape's attributes (since 15): if x's rank is unknown, as
 * after many traced Reshapes, onnxruntime's inference takes those for an empty list and then
 * rejects what reads it.
 */
export function dimensions(
  g: GraphBuilder,
  x: string,
  start: number,
  end: number,
  options: Named = {},
): string {
  const picked = Array.from({ length: end - start }, (_, index) => start + index);
  return gather(g, shape(g, x), picked, 0, options);
}

/** Height and width of an NCHW value: int64 [2]. */
export function spatialSize(g: GraphBuilder, x: string, options: Named = {}): string {
  return dimensions(g, x, 2, 4, options);
}

/** x in another shape: 0 copies x's dimension at that position, one -1 takes the rest. */
export function reshape(g: GraphBuilder, x: string, dims: Axes, options: Named = {}): string {
  return g.node('Reshape', [x, axesValue(g, dims)], {}, options)[0]!;
}

/** Axes of length 1 removed. */
export function squeeze(
  g: GraphBuilder,
  x: string,
  axes: readonly number[],
  options: Named = {},
): string {
  return withAxes(g, 'Squeeze', x, axes, options);
}

/** Axes of length 1 inserted, numbered as in the result. */
export function unsqueeze(
  g: GraphBuilder,
  x: string,
  axes: readonly number[],
  options: Named = {},
): string {
  return withAxes(g, 'Unsqueeze', x, axes, options);
}

/** `axes` is an attribute before 13, an input since then. */
function withAxes(
  g: GraphBuilder,
  opType: string,
  x: string,
  axes: readonly number[],
  options: Named,
): string {
  return g.opset >= 13
    ? g.node(opType, [x, g.ints(axes)], {}, options)[0]!
    : g.node(opType, [x], { axes: { ints: axes } }, options)[0]!;
}

/** x repeated to a shape it broadcasts with; a 1 in `dims` keeps x's own dimension. */
export function expand(g: GraphBuilder, x: string, dims: Axes, options: Named = {}): string {
  return g.node('Expand', [x, axesValue(g, dims)], {}, options)[0]!;
}

/** Axes reordered: output axis i is input axis `perm[i]`. */
export function transpose(
  g: GraphBuilder,
  x: string,
  perm: readonly number[],
  options: Named = {},
): string {
  return g.node('Transpose', [x], { perm: { ints: perm } }, options)[0]!;
}
