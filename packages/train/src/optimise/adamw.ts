import { type Floats, requireNumber, requireSameNames, wholePower } from './floats.ts';
import { requireDecay, updateAverage } from './gradients.ts';

/** Settings of AdamW; defaults are PyTorch's. */
export interface AdamWOptions {
  /**
   * Shares of the means of gradients and of their squares that a step keeps, each in [0, 1).
   * Default: 0.9 and 0.999.
   */
  readonly betas?: readonly [number, number];
  /** Added to the root of the mean square, to avoid division by 0. Default: 1e-8. */
  readonly eps?: number;
  /** Share of a parameter that a step at rate 1 removes. Default: 0.01. */
  readonly weightDecay?: number;
}

/** Running means of a parameter's gradients (`m`) and of their squares (`v`), as long as the parameter. */
export interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** An optimiser between two steps, as plain data; {@link stepAdamW} changes it. */
export interface AdamWState {
  readonly options: Required<AdamWOptions>;
  /** Steps taken. */
  step: number;
  /** Empty before the first step. */
  readonly moments: Map<string, Moments>;
}

/**
 * Creates an AdamW optimiser before its first step.
 *
 * Errors: `INVALID_ARGUMENT` for betas outside [0, 1), or a negative `eps` or `weightDecay`.
 *
 * @example
 * const state = createAdamW({ weightDecay: 0.05 });
 * stepAdamW(state, parameters, gradients, 3e-4);
 */
export function createAdamW(options: AdamWOptions = {}): AdamWState {
  const { betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 } = options;
  for (const beta of betas) requireNumber('a beta', beta, beta >= 0 && beta < 1, 'in [0, 1)');
  requireNumber('eps', eps, eps >= 0, 'at least 0');
  requireNumber('weightDecay', weightDecay, weightDecay >= 0, 'at least 0');
  return {
    options: { betas: [betas[0], betas[1]], eps, weightDecay },
    step: 0,
    moments: new Map(),
  };
}

/** What a step does besides AdamW, in the same pass over the numbers. */
export interface StepExtras {
  /** Factor of all gradients, such as that of {@link clipScale}. Default: 1. */
  readonly scale?: number;
  /** A running mean to update, as {@link updateAverage} would after the step. */
  readonly average?: { readonly means: Map<string, Float32Array>; readonly decay: number };
}

/**
 * Takes one step of AdamW: changes parameters, moments and the step counter in place.
 *
 * Weight decay is decoupled and both means are corrected for their start at 0 (Loshchilov and
 * Hutter 2019, as `torch.optim.AdamW`). Arithmetic is float64, rounded to float32 where a number is
 * stored, so the result is the same on every machine and for any order of names. A gradient that is
 * not finite makes its parameter NaN, as in PyTorch: check the norm first.
 *
 * @param gradients for exactly the names of `parameters`, of the same lengths
 * @param rate learning rate, at least 0; or a function from a parameter's name to its rate
 *
 * Errors: `INVALID_ARGUMENT`, before any change.
 */
export function stepAdamW(
  state: AdamWState,
  parameters: Floats,
  gradients: Floats,
  rate: number | ((name: string) => number),
  { scale = 1, average }: StepExtras = {},
): void {
  const rateOf = typeof rate === 'number' ? () => rate : rate;
  for (const name of parameters.keys()) {
    const own = rateOf(name);
    requireNumber('the learning rate', own, own >= 0, 'at least 0');
  }
  requireNumber('the factor of gradients', scale, scale >= 0, 'at least 0');
  requireSameNames(parameters, gradients, 'gradient', 'parameter');
  if (state.step > 0) requireSameNames(parameters, firstMoments(state), 'moment', 'parameter');
  else startMoments(state, parameters);
  const means = average && startAverage(average, parameters);
  state.step++;
  for (const [name, parameter] of parameters) {
    const scalars = stepScalars(state, rateOf(name), scale);
    const [moments, mean] = [state.moments.get(name)!, means?.get(name)];
    const gradient = gradients.get(name)!;
    if (mean) updateWithMean(parameter, gradient, moments, scalars, mean, average!.decay);
    else update(parameter, gradient, moments, scalars);
  }
  if (average && !means) updateAverage(average.means, parameters, average.decay);
}

/** The means to update in the step; undefined before the first step, whose result is copied. */
function startAverage(
  { means, decay }: NonNullable<StepExtras['average']>,
  parameters: Floats,
): Map<string, Float32Array> | undefined {
  requireDecay(decay);
  if (means.size === 0) return undefined;
  requireSameNames(parameters, means, 'average', 'parameter');
  return means;
}

/** Returns only the means of gradients, by name. */
export function firstMoments({ moments }: AdamWState): Map<string, Float32Array> {
  return new Map([...moments].map(([name, { m }]) => [name, m]));
}

function startMoments(state: AdamWState, parameters: Floats): void {
  state.moments.clear();
  for (const [name, { length }] of parameters) {
    state.moments.set(name, { m: new Float32Array(length), v: new Float32Array(length) });
  }
}

interface StepScalars {
  /** Factor of the gradient. */
  readonly scale: number;
  readonly beta2: number;
  /** Weights of the new gradient in the two means. */
  readonly new1: number;
  readonly new2: number;
  /** Times the root of the correction of the second mean. */
  readonly eps: number;
  /** Factor of a parameter by decay. */
  readonly kept: number;
  /** Rate over the correction of the first mean, times the root of that of the second. */
  readonly size: number;
}

function stepScalars({ options, step }: AdamWState, rate: number, scale: number): StepScalars {
  const [beta1, beta2] = options.betas;
  const root = Math.sqrt(1 - wholePower(beta2, step));
  return {
    scale,
    beta2,
    new1: 1 - beta1,
    new2: 1 - beta2,
    eps: options.eps * root,
    kept: 1 - rate * options.weightDecay,
    size: (rate * root) / (1 - wholePower(beta1, step)),
  };
}

// The loops are written for speed: they read numbers once and divide once. A loop shared by both
// forms takes a fifth longer.

function update(
  parameter: Float32Array,
  gradient: Float32Array,
  { m, v }: Moments,
  { scale, beta2, new1, new2, eps, kept, size }: StepScalars,
): void {
  for (let i = 0; i < parameter.length; i++) {
    const slope = gradient[i]! * scale;
    const first = m[i]! + (slope - m[i]!) * new1;
    const second = v[i]! * beta2 + slope * slope * new2;
    m[i] = first;
    v[i] = second;
    parameter[i] = parameter[i]! * kept - (size * first) / (Math.sqrt(second) + eps);
  }
}

function updateWithMean(
  parameter: Float32Array,
  gradient: Float32Array,
  { m, v }: Moments,
  { scale, beta2, new1, new2, eps, kept, size }: StepScalars,
  mean: Float32Array,
  decay: number,
): void {
  const fresh = 1 - decay;
  for (let i = 0; i < parameter.length; i++) {
    const slope = gradient[i]! * scale;
    const first = m[i]! + (slope - m[i]!) * new1;
    const second = v[i]! * beta2 + slope * slope * new2;
    m[i] = first;
    v[i] = second;
    const moved = Math.fround(parameter[i]! * kept - (size * first) / (Math.sqrt(second) + eps));
    parameter[i] = moved;
    mean[i] = decay * mean[i]! + fresh * moved;
  }
}
