import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { topmCounts } from '../config/pip-config.ts';
import type { CrossBlockNames } from '../parameters/names.ts';
import { emitProjection, projectionPart } from './conv.ts';
import type { Grid, LevelContext } from './level-context.ts';
import { asValue, headsOfWeight, type Weight } from './weight.ts';

/**
 * Attention times values, then a 1x1 projection, as one product over the pixels.
 *
 * `P·blockdiag(A)·v` is computed as `(P·A)·v`: multiplying the projection (rows × c) into the small
 * attention matrices (B, heads, k, k) first saves one product and one pass over the pixels. Result
 * (B, rows, pixels).
 */
export function emitAttentionProduct(
  g: GraphBuilder,
  attention: string,
  values: string,
  projection: Weight,
  [rows, channels]: readonly [number, number],
  heads: number,
  type: FloatType,
): string {
  const weight = asValue(g, 'weight', headsOfWeight(g, projection, [rows, channels], heads), type);
  const projected = ops.matmul(g, weight, ops.fromFloat32(g, attention, type));
  const mixing = ops.reshape(g, ops.transpose(g, projected, [0, 2, 1, 3]), [0, rows, channels]);
  return ops.matmul(g, mixing, values);
}

/**
 * Keys (B, heads, c/heads, pixels) and values (B, c, pixels) of cross-attention from a normalised
 * prompt (B,c,·,·).
 */
export function emitKeyValue(
  { g, level, weight }: LevelContext,
  x: string,
  { keyValue, keyValueDepthwise }: CrossBlockNames['attention'],
  heads: number,
  grid: Grid,
  type: FloatType,
): { key: string; value: string } {
  const c = level.promptChannels;
  const joint = {
    matrix: weight(keyValue),
    depthwise: weight(keyValueDepthwise),
    outputs: 2 * c,
    inputs: c,
  };
  const key = emitProjection(g, 'key', x, projectionPart(g, joint, 0, 2), grid, type);
  const value = emitProjection(g, 'value', x, projectionPart(g, joint, 1, 2), grid, type);
  return {
    key: ops.splitHeads(g, key, heads, c),
    value: ops.reshape(g, value, [0, c, -1]),
  };
}

/** Lowest float32: its exponential is exactly 0, like that of −∞, and never becomes NaN. */
const lowest = -3.4028234663852886e38;

/**
 * Top-m attention of float32 scores (B, heads, k, k): the sum of four softmaxes,
 * each over the m largest entries of its row, times four learned scalars.
 *
 * One TopK gives all four thresholds. All entries equal to a threshold stay; an implementation by
 * indices would drop some of them at random.
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
