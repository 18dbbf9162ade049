import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/** What independent labels come to, float32 of rank 0. */
export interface BinaryCrossEntropy {
  /** Mean over rows and labels of −target · log σ(logit) − (1 − target) · log (1 − σ(logit)). */
  readonly loss: string;
  /** Share of labels whose logit has the wrong sign. */
  readonly error: string;
}

/**
 * Binary cross-entropy of sigmoid, as `(½ − target) · x + ½ · |x| + log(1 + exp(−|x|))`: no
 * exponential is above 1, and the slope at x = 0 is ½ − target.
 *
 * @param logits (B,T)
 * @param target (B,T), 0 or 1
 */
export function emitBinaryCrossEntropy(
  g: GraphBuilder,
  logits: string,
  target: string,
): BinaryCrossEntropy {
  const mean = (value: string) => ops.reduceMean(g, value, [0, 1], { keepDims: false });
  const scalar = (value: number) => g.scalar(value, 'float32');
  const size = ops.abs(g, logits);
  const lean = ops.mul(g, ops.sub(g, scalar(0.5), target), logits);
  const tail = ops.log(g, ops.add(g, ops.exp(g, ops.neg(g, size)), scalar(1)));
  const each = ops.add(g, ops.add(g, lean, ops.mul(g, size, scalar(0.5))), tail);
  const found = ops.cast(g, ops.greater(g, logits, scalar(0)), 'float32');
  return { loss: mean(each), error: mean(ops.abs(g, ops.sub(g, found, target))) };
}
