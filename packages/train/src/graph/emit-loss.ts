import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/** How far an output is from its target. */
export const lossKinds = ['smooth-l1', 'l1', 'charbonnier', 'psnr'] as const;
export type LossKind = (typeof lossKinds)[number];

/** ε of Charbonnier's loss, as restoration papers have it. */
const charbonnierEpsilon = 1e-3;

/**
 * ε of the PSNR loss: the error of 40 dB. NAFNet's 1e-8 lets a clean patch, which is nearly right from
 * the start, pull hundreds of times as hard as a degraded one.
 */
const psnrEpsilon = 1e-4;

/**
 * The loss of a difference, a float32 of rank 0.
 *
 * Smooth L1 with β 1 (spec pip.md section 6), L1, and Charbonnier's √(d² + ε²) are means over all
 * elements. `psnr` is NAFNet's: the mean over images of 10 · log10(mean of d² + 1e-4), in dB and below 0
 * for images nearer than 1. There an image counts by how many dB it is off, not by how large its error
 * is, so that every label is heard.
 *
 * @param difference (B,C,H,W)
 */
export function emitLoss(g: GraphBuilder, difference: string, kind: LossKind): string {
  const mean = (value: string) => g.node('ReduceMean', [value], { keepdims: { int: 0 } })[0]!;
  const number = (value: number) => g.scalar(value, 'float32');
  const square = () => ops.mul(g, difference, difference);
  if (kind === 'psnr') {
    const each = ops.reduceMean(g, square(), [1, 2, 3], { keepDims: false });
    const decibels = ops.log(g, ops.add(g, each, number(psnrEpsilon)));
    return ops.mul(g, mean(decibels), number(10 / Math.LN10));
  }
  if (kind === 'charbonnier')
    return mean(ops.sqrt(g, ops.add(g, square(), number(charbonnierEpsilon ** 2))));
  const size = ops.abs(g, difference);
  if (kind === 'l1') return mean(size);
  const near = ops.mul(g, square(), number(0.5));
  const far = ops.sub(g, size, number(0.5));
  return mean(ops.where(g, ops.less(g, size, number(1)), near, far));
}
