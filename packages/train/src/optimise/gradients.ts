import { GraftError } from '@pip-graft/onnx-graft';
import { type Floats, requireNumber, requireSameNames } from './floats.ts';

/** Sums of gradients over the parts of a batch, as plain data. */
export interface Accumulation {
  /** In float64, so that float32 gradients of a few thousand parts add up without visible loss. */
  readonly sums: Map<string, Float64Array>;
  /** Number of added parts. */
  parts: number;
}

/** Creates an empty accumulation. */
export function createAccumulation(): Accumulation {
  return { sums: new Map(), parts: 0 };
}

/**
 * Adds the gradients of one part of a batch, times `factor`; copies, so the arrays may be reused.
 *
 * Errors: `INVALID_ARGUMENT` for names or lengths other than those of the first part.
 *
 * @example
 * const sum = createAccumulation();
 * for (const part of parts) accumulate(sum, gradientsOf(part));
 * stepAdamW(state, parameters, meanGradients(sum), rate);
 */
export function accumulate(into: Accumulation, gradients: Floats, factor = 1): void {
  if (into.parts > 0) requireSameNames(into.sums, gradients, 'gradient', 'sum');
  else for (const [name, { length }] of gradients) into.sums.set(name, new Float64Array(length));
  for (const [name, sum] of into.sums) {
    const gradient = gradients.get(name)!;
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + gradient[i]! * factor;
  }
  into.parts++;
}

/**
 * Returns the mean over the parts: their sum divided by their number. Leaves the sum unchanged.
 *
 * Errors: `INVALID_ARGUMENT` if nothing was added.
 */
export function meanGradients({ sums, parts }: Accumulation): Map<string, Float32Array> {
  if (parts === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      'Optimising: there are no gradients to average. Add the gradients of one part first.',
    );
  }
  return new Map([...sums].map(([name, sum]) => [name, quotients(sum, parts)]));
}

/** A loop: `Float32Array.from` with a function takes ten times as long. */
function quotients(sum: Float64Array, parts: number): Float32Array {
  const mean = new Float32Array(sum.length);
  for (let i = 0; i < sum.length; i++) mean[i] = sum[i]! / parts;
  return mean;
}

/**
 * Moves a running mean of parameters in place: `decay · mean + (1 - decay) · parameter`
 * (as `torch.optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn`).
 *
 * @param average empty before the first update, which copies the parameters
 * @param decay in [0, 1]; 0.999 looks back about a thousand steps
 *
 * Errors: `INVALID_ARGUMENT`, before any change.
 *
 * @example
 * const average = new Map<string, Float32Array>();
 * updateAverage(average, parameters, 0.999); // after every step
 */
export function updateAverage(
  average: Map<string, Float32Array>,
  parameters: Floats,
  decay: number,
): void {
  requireDecay(decay);
  if (average.size === 0) {
    for (const [name, parameter] of parameters) average.set(name, parameter.slice());
    return;
  }
  requireSameNames(parameters, average, 'average', 'parameter');
  for (const [name, mean] of average) {
    const parameter = parameters.get(name)!;
    for (let i = 0; i < mean.length; i++) {
      mean[i] = decay * mean[i]! + (1 - decay) * parameter[i]!;
    }
  }
}

/** Errors: `INVALID_ARGUMENT`. */
export function requireDecay(decay: number): void {
  requireNumber('the decay of an average', decay, decay >= 0 && decay <= 1, 'in [0, 1]');
}

/** Avoids division by a norm of 0; PyTorch's value. */
const tiny = 1e-6;

/**
 * Returns the root of the sum of squares over all numbers of all gradients, 0 for none.
 *
 * Sums in sorted order of names, so that their order does not change the last bit.
 */
export function gradientNorm(gradients: Floats): number {
  let sum = 0;
  for (const name of [...gradients.keys()].sort()) {
    sum += sumOfSquares(gradients.get(name)!);
  }
  return Math.sqrt(sum);
}

/** Uses four sums: with one, each addition would wait for the last. */
function sumOfSquares(numbers: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = numbers.length - (numbers.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += numbers[i]! * numbers[i]!;
    b += numbers[i + 1]! * numbers[i + 1]!;
    c += numbers[i + 2]! * numbers[i + 2]!;
    d += numbers[i + 3]! * numbers[i + 3]!;
  }
  for (let i = whole; i < numbers.length; i++) a += numbers[i]! * numbers[i]!;
  return a + b + c + d;
}

/**
 * Returns the factor that reduces a norm to `maxNorm`: 1 for a smaller norm and for one that is not
 * finite.
 *
 * Errors: `INVALID_ARGUMENT` for a `maxNorm` that is not above 0.
 *
 * @example stepAdamW(state, parameters, gradients, rate, { scale: clipScale(gradientNorm(gradients), 1) });
 */
export function clipScale(norm: number, maxNorm: number): number {
  requireNumber('the largest norm', maxNorm, maxNorm > 0, 'above 0');
  return Number.isFinite(norm) ? Math.min(1, maxNorm / (norm + tiny)) : 1;
}

/**
 * Scales gradients in place so that their norm over all parameters is at most `maxNorm` (as
 * `torch.nn.utils.clip_grad_norm_`), and returns their previous norm.
 *
 * Changes nothing if the norm is not finite: skip such a step. (PyTorch would spread NaN.)
 *
 * Errors: `INVALID_ARGUMENT` for a `maxNorm` that is not above 0.
 *
 * @example
 * const norm = clipGradients(gradients, 1);
 * if (Number.isFinite(norm)) stepAdamW(state, parameters, gradients, rate);
 */
export function clipGradients(gradients: Floats, maxNorm: number): number {
  const norm = gradientNorm(gradients);
  const factor = clipScale(norm, maxNorm);
  if (factor === 1) return norm;
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor;
  }
  return norm;
}

/** Number of last losses among which to find the smallest. */
export const spikeWindow = 100;
/** A loss above this multiple of the smallest is a spike. */
const spike = 5;
/** What a spike counts as, as a multiple of the smallest. */
const counted = 2.5;

/**
 * Returns the factor for the gradient of a batch: 1, or less for a spike.
 *
 * A loss above 5 times the smallest of the last 100 counts as 2.5 times that smallest (the recipe
 * of Prompt-In-Prompt), so one bad batch cannot move parameters far. If the smallest is 0, there is
 * nothing to compare with and the factor is 1.
 *
 * @param history losses of earlier batches, oldest first, before scaling; only finite ones among
 * the last 100 count
 * @param loss of this batch, at least 0
 * @returns in (0, 1]
 *
 * Errors: `INVALID_ARGUMENT` for a loss that is negative or not finite.
 *
 * @example spikeScale([0.04, 0.02], 0.2); // 0.25: counts as 0.05
 */
export function spikeScale(history: readonly number[], loss: number): number {
  requireNumber('a batch loss', loss, loss >= 0, 'a finite number of at least 0');
  const smallest = Math.min(...history.slice(-spikeWindow).filter(Number.isFinite));
  if (smallest <= 0 || loss <= spike * smallest) return 1;
  return (counted * smallest) / loss;
}
