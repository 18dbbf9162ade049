import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';

/** The entries of x at `indices` along `axis`. */
export function gather(
  g: GraphBuilder,
  x: string,
  indices: Axes,
  axis: number,
  options: Named = {},
): string {
  return g.node('Gather', [x, axesValue(g, indices)], { axis: { int: axis } }, options)[0]!;
}
