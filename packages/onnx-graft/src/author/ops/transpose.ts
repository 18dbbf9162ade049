import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Axes reordered: output axis i is input axis `perm[i]`. */
export function transpose(
  g: GraphBuilder,
  x: string,
  perm: readonly number[],
  options: Named = {},
): string {
  return g.node('Transpose', [x], { perm: { ints: perm } }, options)[0]!;
}
