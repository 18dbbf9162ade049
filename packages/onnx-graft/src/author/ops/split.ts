import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** x cut along `axis` into parts of the given sizes. Sizes are an attribute before 13, an input since. */
export function split(
  g: GraphBuilder,
  x: string,
  sizes: readonly number[],
  axis: number,
  options: Named = {},
): string[] {
  const outputs = { ...options, outputs: sizes.length };
  if (g.opset < 13) {
    return g.node('Split', [x], { axis: { int: axis }, split: { ints: sizes } }, outputs);
  }
  return g.node('Split', [x, g.ints(sizes)], { axis: { int: axis } }, outputs);
}

/** x cut along `axis` into `parts` equal parts of unknown size; since 18 the count must be said. */
export function splitEqual(
  g: GraphBuilder,
  x: string,
  parts: number,
  axis: number,
  options: Named = {},
): string[] {
  const count = g.opset >= 18 ? { num_outputs: { int: parts } } : {};
  return g.node('Split', [x], { axis: { int: axis }, ...count }, { ...options, outputs: parts });
}
