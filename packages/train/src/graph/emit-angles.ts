import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/**
 * How much the degradation prompts of a level point the same way: Σ over pairs of labels of
 * max(0, cosine), rank 0 (spec pip.md section 6).
 *
 * @param prompts (1,T,c,1,1)
 */
export function emitAngles(
  g: GraphBuilder,
  prompts: string,
  labels: number,
  channels: number,
): string {
  const rows = ops.reshape(g, prompts, [labels, channels]);
  const lengths = ops.clip(g, ops.reduceL2(g, rows, [1]), { min: 1e-8 });
  const unit = ops.div(g, rows, lengths);
  const cosines = ops.matmul(g, unit, ops.transpose(g, unit, [1, 0]));
  const pairs = Array.from({ length: labels ** 2 }, (_, at) =>
    at % labels > Math.floor(at / labels) ? 1 : 0,
  );
  const counted = ops.mul(g, ops.relu(g, cosines), g.floats(pairs, [labels, labels]));
  return ops.reduceSum(g, counted, [0, 1], { keepDims: false });
}
