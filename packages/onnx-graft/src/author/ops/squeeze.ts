import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

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

/** `axes` is an attribute before 13, an input since. */
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
