import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Values one after another along `axis`. */
export function concat(
  g: GraphBuilder,
  values: readonly string[],
  axis: number,
  options: Named = {},
): string {
  return g.node('Concat', values, { axis: { int: axis } }, options)[0]!;
}
