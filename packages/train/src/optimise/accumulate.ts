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
      'Optimising: there is no mean of no gradients. Add the gradients of one part first.',
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
