import type { GraphBuilder } from '../graph-builder.ts';

/** Concatenates values along `axis`. */
export function concat(
  g: GraphBuilder,
  values: readonly string[],
  axis: number,
  options: Named = {},
): string {
  return g.node('Concat', values, { axis: { int: axis } }, options)[0]!;
}

/** The entries of x at `indices` along `axis`. */
export function gather(
  g: GraphBuilder,
  x: string,
  indices: Axes,
  axis: number,
  options: Named = {},
): string {
  return g.node('Gather', [x, axesValue(g, indices)], { axis: { int: axis } }, options)[0]!;
}

/** Where to cut; lists of one length. Ends may pass the dimension; negatives count from the end. */
export interface SliceOptions extends Named {
  readonly axes: Axes;
  readonly starts: Axes;
  readonly ends: Axes;
  readonly steps?: Axes | undefined;
}

/** The elements of x in [start, end) along each of the axes. */
export function slice(g: GraphBuilder, x: string, options: SliceOptions): string {
  const { starts, ends, axes, steps } = options;
  const lists = [starts, ends, axes, ...(steps === undefined ? [] : [steps])];
  return g.node('Slice', [x, ...lists.map((list) => axesValue(g, list))], {}, options)[0]!;
}

/** Cuts x along `axis` into parts of the given sizes: an attribute before 13, an input since. */
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

/** Cuts x along `axis` into `parts` equal parts of unknown size; since 18 the count is required. */
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

/** Options of {@link topK}. */
export interface TopKOptions extends Named {
  /** Default: the last. */
  readonly axis?: number | undefined;
  readonly largest?: boolean | undefined;
  /** Whether the results are sorted. Default: true. */
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

/** A list of integers: known now, or the name of a computed int64 vector. */
export type Axes = readonly number[] | string;

/** Name of the int64 vector that holds the list. */
export function axesValue(g: GraphBuilder, axes: Axes): string {
  return typeof axes === 'string' ? axes : g.ints(axes);
}

/** Options common to all ops. */
export interface Named {
  /** Name of the node (the last one, if an op is several), below the builder's prefix. */
  readonly name?: string | undefined;
}
