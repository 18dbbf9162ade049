import { amounts, checkAmount, type Degradation } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { SyntheticDegradation } from '@pip-graft/validate';
import { decimal } from './decimal.ts';

/**
 * `noise:25`, or `noise` for the usual amount.
 *
 * Errors: `UNKNOWN_LABEL`; `INVALID_ARGUMENT` for an amount that is no number or out of range.
 *
 * @example parseDegrade('haze') // { degradation: 'haze', amount: 1.5 }
 */
export function parseDegrade(text: string): SyntheticDegradation {
  const [name = '', amount, ...rest] = text.split(':').map((part) => part.trim());
  checkAmount(name);
  const degradation = name as Degradation;
  const { usual, means } = amounts[degradation];
  if (amount === undefined) return { degradation, amount: usual };
  const value = rest.length > 0 ? Number.NaN : decimal(amount);
  if (Number.isNaN(value)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--degrade ${text}: expected ${name}:NUMBER, the number being the ${means}; ${name} alone is ${name}:${usual}.`,
    );
  }
  checkAmount(name, value);
  return { degradation, amount: value };
}
