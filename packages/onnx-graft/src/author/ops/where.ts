import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Elements of `a` where the bool `condition` holds, else of `b`; all three broadcast. */
export function where(
  g: GraphBuilder,
  condition: string,
  a: string,
  b: string,
  options: Named = {},
): string {
  return g.node('Where', [condition, a, b], {}, options)[0]!;
}
