import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';

/** Where to cut; lists of one length. Ends may pass the dimension, negatives count from the end. */
export interface SliceOptions extends Named {
  readonly axes: Axes;
  readonly starts: Axes;
  readonly ends: Axes;
  readonly steps?: Axes | undefined;
}

/** The elements of x in [start, end) along each of the axes. */
export function slice(g: GraphBuilder, x: string, options: SliceOptions): string {
  const { starts, ends, axes, steps } = options;
  const lists = [starts, ends, axes, ...(steps === undefined ? [] : [steps])];
  return g.node('Slice', [x, ...lists.map((list) => axesValue(g, list))], {}, options)[0]!;
}
