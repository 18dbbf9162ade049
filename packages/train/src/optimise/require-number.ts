import { GraftError } from '@pip-graft/onnx-graft';

/** The number, if it is in range. Errors: `INVALID_ARGUMENT`, with the name and the range in words. */
export function requireNumber(name: string, value: number, fits: boolean, range: string): number {
  if (Number.isFinite(value) && fits) return value;
  throw new GraftError('INVALID_ARGUMENT', `Optimising: ${name} is ${range}, not ${value}.`);
}

/** A whole number that is not negative. Errors: `INVALID_ARGUMENT`. */
export function requireCount(name: string, value: number): number {
  const fits = Number.isSafeInteger(value) && value >= 0;
  return requireNumber(name, value, fits, 'a whole number of at least 0');
}
