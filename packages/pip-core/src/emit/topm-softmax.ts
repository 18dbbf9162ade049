import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { topmCounts } from '../config/pip-config.ts';
import type { Weight } from './weight.ts';

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
  scalars: readonly Weight[],
): string {
  const counts = topmCounts(k);
  const { values } = ops.topK(g, scores, Math.max(...counts));
  const last = counts.map((count) => count - 1);
  const thresholds = ops.unsqueeze(g, ops.gather(g, values, last, 3), [4]);
  const rows = ops.unsqueeze(g, scores, [3]);
  const kept = ops.where(g, ops.less(g, rows, thresholds), g.scalar(lowest, 'float32'), rows);
  const weighted = ops.mul(g, ops.softmax(g, kept), scalarsValue(g, scalars));
  return ops.reduceSum(g, weighted, [3], { keepDims: false });
}

function scalarsValue(g: GraphBuilder, scalars: readonly Weight[]): string {
  const numbers = scalars.flatMap((each) => (each.kind === 'fixed' ? [each.data[0]!] : []));
  if (numbers.length === scalars.length) return g.floats(numbers, [scalars.length, 1]);
  const values = scalars.flatMap((each) =>
    each.kind === 'fed' ? [ops.reshape(g, each.value, [1, 1])] : [],
  );
  return ops.concat(g, values, 0);
}
