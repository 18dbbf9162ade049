import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { shareWeights } from '../config/label-weights.ts';

/** Names of the two graph inputs, or the numbers that replace them. */
export type PipSteering =
  | { readonly kind: 'inputs'; readonly degradation: string; readonly strength: string }
  | { readonly kind: 'baked'; readonly weights: readonly number[]; readonly strength: number };

/** Smallest normal float32: devices may flush smaller numbers to zero. */
const smallest = 2 ** -126;

/** Lower bound of a part's sum as a share of the whole, so that dividing by it stays finite. */
const leastShare = 1e-30;

/**
 * Emits what each adapter gets. Of the weights w over all labels, adapter i gets its own as shares,
 * `w_i / Σw_i`, at the amount `strength · min(1, Σw) · Σw_i / Σw`: a single adapter with weights
 * that add up to 1 gets them unchanged, at the strength. All zero gives shares and amounts of zero.
 *
 * @param counts labels of each adapter
 */
export function emitShares(
  g: GraphBuilder,
  counts: readonly number[],
  steering: PipSteering,
): Steering[] {
  if (steering.kind === 'baked') {
    return shareWeights(steering.weights, counts).map(({ shares, amount }) => ({
      kind: 'baked',
      shares,
      amount: steering.strength * amount,
    }));
  }
  // The input's rows (B,T) as pixels (B,T,1,1), once for all levels.
  const rows = ops.unsqueeze(g, steering.degradation, [2, 3]);
  const parts = counts.length === 1 ? [rows] : ops.split(g, rows, counts, 1);
  const sums = parts.map((part) => ops.reduceSum(g, part, [1]));
  const total = sums.reduce((a, b) => ops.add(g, a, b));
  const floor = g.scalar(smallest, 'float32');
  const whole = ops.mul(g, ops.min(g, total, g.scalar(1, 'float32')), steering.strength);
  if (counts.length === 1)
    return [{ kind: 'inputs', shares: ops.div(g, rows, ops.max(g, total, floor)), amount: whole }];
  const divisor = ops.max(g, total, floor);
  const least = ops.max(g, ops.mul(g, total, g.scalar(leastShare, 'float32')), floor);
  return parts.map((part, index) => {
    const sum = sums[index]!;
    return {
      kind: 'inputs',
      shares: ops.div(g, part, ops.max(g, sum, least)),
      amount: ops.mul(g, ops.div(g, sum, divisor), whole),
    };
  });
}

/**
 * Input of one adapter's modules, as values of the graph or as numbers fixed at graft time: which
 * degradations, as shares that add up to 1 (or are all 0), and how much of the change,
 * `strength · min(1, Σ weights)`.
 */
export type Steering =
  | {
      readonly kind: 'inputs';
      /** Float32 (B or 1, T, 1, 1). */
      readonly shares: string;
      /** Float32 (B or 1, 1, 1, 1). */
      readonly amount: string;
    }
  | { readonly kind: 'baked'; readonly shares: readonly number[]; readonly amount: number };
