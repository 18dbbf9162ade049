import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Options of {@link topK}. */
export interface TopKOptions extends Named {
  /** Default the last. */
  readonly axis?: number | undefined;
  readonly largest?: boolean | undefined;
  /** Whether the results come in order. Default true. */
  readonly sorted?: boolean | undefined;
}

/** The `k` largest entries along an axis, and their int64 indices. */
export function topK(
  g: GraphBuilder,
  x: string,
  k: number,
  options: TopKOptions = {},
): { values: string; indices: string } {
  const { axis = -1, largest = true, sorted = true } = options;
  const attributes = {
    axis: { int: axis },
    largest: { int: largest ? 1 : 0 },
    sorted: { int: sorted ? 1 : 0 },
  };
  const outputs = { ...options, outputs: 2 };
  const [values, indices] = g.node('TopK', [x, g.ints([k])], attributes, outputs);
  return { values: values!, indices: indices! };
}
