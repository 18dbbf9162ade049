import type { GraphBuilder } from '../graph-builder.ts';

/** A list of integers: known now, or the name of an int64 vector that is computed. */
export type Axes = readonly number[] | string;

/** The name of an int64 vector that holds the list. */
export function axesValue(g: GraphBuilder, axes: Axes): string {
  return typeof axes === 'string' ? axes : g.ints(axes);
}
