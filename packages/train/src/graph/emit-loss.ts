import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';

/** Measures of how far an output is from its target. */
export const lossKinds = ['smooth-l1', 'l1', 'charbonnier', 'psnr', 'psnr-detail'] as const;
export type LossKind = (typeof lossKinds)[number];

/** ε of Charbonnier's loss, as in restoration papers. */
const charbonnierEpsilon = 1e-3;

/**
 * ε of the PSNR loss: the error of 40 dB. With NAFNet's 1e-8, a clean patch, nearly right from the
 * start, pulls hundreds of times as hard as a degraded one.
 */
const psnrEpsilon = 1e-4;

/**
 * Emits the loss of a difference, a float32 of rank 0.
 *
 * Smooth L1 with β 1 (docs/notes/pip.md section 6), L1, and Charbonnier's √(d² + ε²) are means over
 * all elements. `psnr` is NAFNet's: the mean over images of 10 · log10(mean of d² + 1e-4), in dB
 * and below 0 for images nearer than 1. With it, an image counts by its error in dB, not by the
 * size of its error, so that every label counts. `psnr-detail` is the mean of that and of the same
 * of the differences between neighbours of d: else the brightness of a dark or hazy image, which is
 * most of its error, hides the noise that is left in it.
 *
 * @param difference (B,C,H,W)
 */
export function emitLoss(g: GraphBuilder, difference: string, kind: LossKind): string {
  const mean = (value: string) => g.node('ReduceMean', [value], { keepdims: { int: 0 } })[0]!;
  const number = (value: number) => g.scalar(value, 'float32');
  const square = () => ops.mul(g, difference, difference);
  if (kind === 'psnr') return mean(emitDecibels(g, [difference]));
  if (kind === 'psnr-detail') {
    const steps = [2, 3].map((axis) => emitSteps(g, difference, axis));
    const both = ops.add(g, emitDecibels(g, [difference]), emitDecibels(g, steps));
    return ops.mul(g, mean(both), number(0.5));
  }
  if (kind === 'charbonnier')
    return mean(ops.sqrt(g, ops.add(g, square(), number(charbonnierEpsilon ** 2))));
  const size = ops.abs(g, difference);
  if (kind === 'l1') return mean(size);
  const near = ops.mul(g, square(), number(0.5));
  const far = ops.sub(g, size, number(0.5));
  return mean(ops.where(g, ops.less(g, size, number(1)), near, far));
}

/** 10 · log10 of the mean square of each image in all of the given values, (B). */
function emitDecibels(g: GraphBuilder, values: readonly string[]): string {
  const number = (value: number) => g.scalar(value, 'float32');
  const squares = values.map((value) =>
    ops.reduceMean(g, ops.mul(g, value, value), [1, 2, 3], { keepDims: false }),
  );
  const sum = squares.reduce((total, each) => ops.add(g, total, each));
  const each = values.length === 1 ? sum : ops.mul(g, sum, number(1 / values.length));
  const logarithm = ops.log(g, ops.add(g, each, number(psnrEpsilon)));
  return ops.mul(g, logarithm, number(10 / Math.LN10));
}

/** The differences of neighbours along an axis, which gets shorter by one. */
function emitSteps(g: GraphBuilder, x: string, axis: number): string {
  const axes = [axis];
  const rest = ops.slice(g, x, { axes, starts: [1], ends: [Number.MAX_SAFE_INTEGER] });
  return ops.sub(g, rest, ops.slice(g, x, { axes, starts: [0], ends: [-1] }));
}

/**
 * Emits how much the degradation prompts of a level point in the same direction: Σ over pairs of
 * labels of max(0, cosine), rank 0 (docs/notes/pip.md section 6).
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

/** Loss and error of independent labels, float32 of rank 0. */
export interface BinaryCrossEntropy {
  /** Mean over rows and labels of −target · log σ(logit) − (1 − target) · log (1 − σ(logit)). */
  readonly loss: string;
  /** Share of labels whose logit has the wrong sign. */
  readonly error: string;
}

/**
 * Emits the binary cross-entropy of a sigmoid as `(½ − target) · x + ½ · |x| + log(1 + exp(−|x|))`:
 * no exponential is above 1, and the slope at x = 0 is ½ − target.
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

/** The figure shown for a step besides its loss; larger is better. */
export type Figure = 'psnr' | 'accuracy';

/**
 * Converts a step's error to its figure: dB of a mean squared error, or the share of right labels.
 *
 * @example figureOf('psnr', 0.001) // 30
 */
export function figureOf(figure: Figure, error: number): number {
  return figure === 'psnr' ? -10 * Math.log10(error) : 1 - error;
}
