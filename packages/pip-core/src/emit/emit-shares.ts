import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { shareWeights } from '../config/share-weights.ts';
import { emitDegradationWeights } from './degradation-prompt.ts';
import type { PipSteering } from './emit-pip.ts';
import type { Steering } from './steering.ts';

/** Smallest normal float32: what is smaller, devices may take for zero. */
const smallest = 2 ** -126;

/** A part's sum is held above this share of the whole, so that dividing by it stays finite. */
const leastShare = 1e-30;

/**
 * What each of several adapters is told. Of the weights w over all labels, adapter i sees its own
 * times `Σw / Σw_i`, at the strength times its share `Σw_i / Σw`: with its own labels alone these
 * factors are exactly 1 and it works as if it were the only one. All zero gives shares of zero.
 *
 * @param counts labels of each adapter
 */
export function emitShares(
  g: GraphBuilder,
  counts: readonly number[],
  steering: PipSteering,
): Steering[] {
  if (steering.kind === 'baked') {
    return shareWeights(steering.weights, counts).map(({ weights, share }) => ({
      kind: 'baked',
      weights,
      strength: steering.strength * share,
    }));
  }
  const rows = emitDegradationWeights(g, steering.degradation);
  const parts = ops.split(g, rows, counts, 1);
  const sums = parts.map((part) => ops.reduceSum(g, part, [1]));
  const total = sums.reduce((a, b) => ops.add(g, a, b));
  const floor = g.scalar(smallest, 'float32');
  const divisor = ops.max(g, total, floor);
  const least = ops.max(g, ops.mul(g, total, g.scalar(leastShare, 'float32')), floor);
  return parts.map((part, index) => {
    const sum = sums[index]!;
    const scale = ops.div(g, total, ops.max(g, sum, least));
    return {
      kind: 'inputs',
      degradation: ops.mul(g, part, scale),
      strength: ops.mul(g, ops.div(g, sum, divisor), steering.strength),
    };
  });
}
