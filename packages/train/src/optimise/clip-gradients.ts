import type { Floats } from './floats.ts';
import { requireNumber } from './require-number.ts';

/** Keeps a norm of 0 from dividing; PyTorch's number. */
const tiny = 1e-6;

/**
 * The root of the sum of squares over all numbers of all gradients, 0 for none.
 *
 * Names are taken in sorted order, so that the order they came in does not change the last bit.
 */
export function gradientNorm(gradients: Floats): number {
  let sum = 0;
  for (const name of [...gradients.keys()].sort()) {
    const gradient = gradients.get(name)!;
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * gradient[i]!;
  }
  return Math.sqrt(sum);
}

/**
 * Scales gradients in place so that their norm over all parameters is at most `maxNorm`
 * (as `torch.nn.utils.clip_grad_norm_`), and returns the norm they had.
 *
 * Nothing is changed when the norm is not finite: such a step should be skipped.
 * (PyTorch would spread NaN.)
 *
 * Errors: `INVALID_ARGUMENT` for a `maxNorm` that is not above 0.
 *
 * @example
 * const norm = clipGradients(gradients, 1);
 * if (Number.isFinite(norm)) stepAdamW(state, parameters, gradients, rate);
 */
export function clipGradients(gradients: Floats, maxNorm: number): number {
  requireNumber('the largest norm', maxNorm, maxNorm > 0, 'above 0');
  const norm = gradientNorm(gradients);
  const factor = maxNorm / (norm + tiny);
  if (!Number.isFinite(norm) || factor >= 1) return norm;
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * factor;
  }
  return norm;
}
