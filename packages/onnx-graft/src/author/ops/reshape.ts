import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';

/** x in another shape: 0 copies the input's dimension at that place, one -1 takes what is left. */
export function reshape(g: GraphBuilder, x: string, dims: Axes, options: Named = {}): string {
  return g.node('Reshape', [x, axesValue(g, dims)], {}, options)[0]!;
}
