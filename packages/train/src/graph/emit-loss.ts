import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/** How far an output is from its target. */
export const lossKinds = ['smooth-l1', 'l1', 'charbonnier'] as const;
export type LossKind = (typeof lossKinds)[number];

/** ε of Charbonnier's loss, as restoration papers have it. */
const charbonnierEpsilon = 1e-3;

/**
 * The loss of a difference, a float32 of rank 0: smooth L1 with β 1 (spec pip.md section 6), L1, or
 * Charbonnier's √(d² + ε²), each the mean over all elements.
 */
export function emitLoss(g: GraphBuilder, difference: string, kind: LossKind): string {
  const mean = (value: string) => g.node('ReduceMean', [value], { keepdims: { int: 0 } })[0]!;
  const number = (value: number) => g.scalar(value, 'float32');
  const square = () => ops.mul(g, difference, difference);
  if (kind === 'charbonnier')
    return mean(ops.sqrt(g, ops.add(g, square(), number(charbonnierEpsilon ** 2))));
  const size = ops.abs(g, difference);
  if (kind === 'l1') return mean(size);
  const near = ops.mul(g, square(), number(0.5));
  const far = ops.sub(g, size, number(0.5));
  return mean(ops.where(g, ops.less(g, size, number(1)), near, far));
}
