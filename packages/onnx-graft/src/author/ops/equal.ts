import type { GraphBuilder } from '../graph-builder.ts';
import { and } from './elementwise.ts';
import type { Named } from './named.ts';

/** Where two values of numbers agree. CUDA has no kernel for Equal since 19, but for its two halves. */
export function equal(g: GraphBuilder, a: string, b: string, options: Named = {}): string {
  if (g.opset < 19) return g.node('Equal', [a, b], {}, options)[0]!;
  const [below] = g.node('LessOrEqual', [a, b]);
  const [above] = g.node('GreaterOrEqual', [a, b]);
  return and(g, below!, above!, options);
}
