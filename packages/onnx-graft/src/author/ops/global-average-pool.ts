import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';
import { reduceMean } from './reduce.ts';

/** (N, C, H, W) to (N, C, 1, 1). CUDA has no kernel for GlobalAveragePool since 22, but for the mean. */
export function globalAveragePool(g: GraphBuilder, x: string, options: Named = {}): string {
  return g.opset >= 22
    ? reduceMean(g, x, [2, 3], options)
    : g.node('GlobalAveragePool', [x], {}, options)[0]!;
}
