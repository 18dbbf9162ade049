import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { asValue, headsOfWeight, type Weight } from './weight.ts';

/**
 * Attention times values, then a 1x1 projection, as one product over the pixels.
 *
 * `P·blockdiag(A)·v` is associated as `(P·A)·v`: the projection (rows × c) is
 * multiplied into the small attention matrices (B, heads, k, k) first, which
 * saves one product and one pass over the pixels. Result (B, rows, pixels).
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
