import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Options of the reductions. */
export interface ReduceOptions extends Named {
  /** Whether a reduced axis stays with length 1. Default true. */
  readonly keepDims?: boolean | undefined;
}

type Reduce = (
  g: GraphBuilder,
  x: string,
  axes: readonly number[],
  options?: ReduceOptions,
) => string;

/** `axes` turned from an attribute into an input: for ReduceSum in 13, for the others in 18. */
function reduction(opType: string, axesAreInputSince: number): Reduce {
  return (g, x, axes, options = {}) => {
    const keepdims = { int: options.keepDims === false ? 0 : 1 };
    return g.opset >= axesAreInputSince
      ? g.node(opType, [x, g.ints(axes)], { keepdims }, options)[0]!
      : g.node(opType, [x], { axes: { ints: axes }, keepdims }, options)[0]!;
  };
}

export const reduceSum = reduction('ReduceSum', 13);
export const reduceMean = reduction('ReduceMean', 18);
export const reduceL2 = reduction('ReduceL2', 18);
export const reduceSumSquare = reduction('ReduceSumSquare', 18);
