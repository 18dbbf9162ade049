import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';
import { slice } from './slice.ts';

/** Options of {@link shape}: which dimensions, [start, end). */
export interface ShapeOptions extends Named {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** The dimensions of x as an int64 vector; a range of them is cut off with a Slice before 15. */
export function shape(g: GraphBuilder, x: string, options: ShapeOptions = {}): string {
  const { start = 0, end } = options;
  if (start === 0 && end === undefined) return g.node('Shape', [x], {}, options)[0]!;
  if (g.opset >= 15) {
    const range = { start: { int: start }, ...(end !== undefined && { end: { int: end } }) };
    return g.node('Shape', [x], range, options)[0]!;
  }
  const ends = [end ?? Number.MAX_SAFE_INTEGER];
  const whole = g.node('Shape', [x])[0]!;
  return slice(g, whole, { ...options, axes: [0], starts: [start], ends });
}

/** Height and width of an NCHW value: int64 [2]. */
export function spatialSize(g: GraphBuilder, x: string, options: Named = {}): string {
  return shape(g, x, { ...options, start: 2, end: 4 });
}
