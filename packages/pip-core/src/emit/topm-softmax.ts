import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { topmCounts } from '../config/pip-config.ts';

/** Lowest float32: its exponential is exactly 0, as that of −∞ is, and no runtime turns it into NaN. */
const lowest = -3.4028234663852886e38;

/**
 * Top-m attention of float32 scores (B, heads, k, k): the sum of four softmaxes,
 * each over the m largest entries of its row, times four learned scalars.
 *
 * One TopK gives all four thresholds. Entries equal to a threshold all stay,
 * where an implementation by indices would drop some of them at random.
 */
export function emitTopmSoftmax(
  g: GraphBuilder,
  scores: string,
  k: number,
  scalars: readonly number[],
): string {
  const counts = topmCounts(k);
  const { values } = ops.topK(g, scores, Math.max(...counts));
  const last = counts.map((count) => count - 1);
  const thresholds = ops.unsqueeze(g, ops.gather(g, values, last, 3), [4]);
  const rows = ops.unsqueeze(g, scores, [3]);
  const kept = ops.where(g, ops.less(g, rows, thresholds), g.scalar(lowest, 'float32'), rows);
  const weighted = ops.mul(g, ops.softmax(g, kept), g.floats([...scalars], [4, 1]));
  return ops.reduceSum(g, weighted, [3], { keepDims: false });
}
