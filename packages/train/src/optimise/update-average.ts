import { type Floats, requireSameNames } from './floats.ts';
import { requireNumber } from './require-number.ts';

/**
 * Moves a running mean of parameters in place: `decay · mean + (1 - decay) · parameter`
 * (as `torch.optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn`).
 *
 * @param average empty before the first update, which copies the parameters as they are
 * @param decay in [0, 1]; 0.999 looks back about a thousand steps
 *
 * Errors: `INVALID_ARGUMENT`, before anything is changed.
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
