import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';

/** x repeated to a shape it broadcasts with; a 1 in `dims` keeps x's own dimension. */
export function expand(g: GraphBuilder, x: string, dims: Axes, options: Named = {}): string {
  return g.node('Expand', [x, axesValue(g, dims)], {}, options)[0]!;
}
