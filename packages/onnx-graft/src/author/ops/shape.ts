import type { GraphBuilder } from '../graph-builder.ts';
import { gather } from './gather.ts';
import type { Named } from './named.ts';

/** The dimensions of x as an int64 vector: all of them. */
export function shape(g: GraphBuilder, x: string, options: Named = {}): string {
  return g.node('Shape', [x], {}, options)[0]!;
}

/**
 * Dimensions [start, end) of x as an int64 vector.
 *
 * Picked with Gather rather than cut with Slice, or with Shape's own attributes (since 15):
 * onnxruntime's inference takes those for an empty list when x's rank is unknown, as it is behind
 * many a traced Reshape, and then refuses what reads it.
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
