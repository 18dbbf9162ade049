import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/** What a classifier's rows come to, float32 of rank 0. */
export interface CrossEntropy {
  /** Mean over rows of −Σ target · log softmax(logits). */
  readonly loss: string;
  /** Share of rows whose largest logit is not that of the target. */
  readonly error: string;
}

/**
 * Cross-entropy of softmax. Logits are taken relative to the largest of their row, so that no
 * exponential is above 1.
 *
 * @param logits (B,T)
 * @param target (B,T), rows that add up to 1
 */
export function emitCrossEntropy(g: GraphBuilder, logits: string, target: string): CrossEntropy {
  const mean = (value: string) => ops.reduceMean(g, value, [0, 1], { keepDims: false });
  const largest = ops.reduceMax(g, logits, [1]);
  const relative = ops.sub(g, logits, largest);
  const total = ops.log(g, ops.reduceSum(g, ops.exp(g, relative), [1]));
  const wanted = ops.reduceSum(g, ops.mul(g, relative, target), [1]);
  const taken = ops.cast(g, ops.equal(g, logits, largest), 'float32');
  const right = ops.reduceSum(g, ops.mul(g, taken, target), [1]);
  return {
    loss: mean(ops.sub(g, total, wanted)),
    error: ops.sub(g, g.scalar(1, 'float32'), mean(right)),
  };
}
