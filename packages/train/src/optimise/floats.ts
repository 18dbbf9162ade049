import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';

/** Returns a number if it is in range. Errors: `INVALID_ARGUMENT`, with name and range in words. */
export function requireNumber(name: string, value: number, fits: boolean, range: string): number {
  if (Number.isFinite(value) && fits) return value;
  throw new GraftError('INVALID_ARGUMENT', `Optimising: ${name} is ${range}, not ${value}.`);
}

/** Returns a number if it is whole and at least 0. Errors: `INVALID_ARGUMENT`. */
export function requireCount(name: string, value: number): number {
  const fits = Number.isSafeInteger(value) && value >= 0;
  return requireNumber(name, value, fits, 'a whole number of at least 0');
}

/** Numbers by the name of the parameter they belong to. */
export type Floats = ReadonlyMap<string, Float32Array>;

/**
 * Returns the elements of tensors, not copied: changes apply to both.
 *
 * @example stepAdamW(state, floatsOf(tensors), gradients, 1e-4); // changes the tensors
 */
export function floatsOf(tensors: TensorMap): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

/**
 * Requires that two sets have the same names and the same number of elements for each.
 *
 * @param what names the second set and `of` the first, for the message
 * Errors: `INVALID_ARGUMENT`.
 */
export function requireSameNames(
  first: ReadonlyMap<string, ArrayLike<number>>,
  second: ReadonlyMap<string, ArrayLike<number>>,
  what: string,
  of: string,
): void {
  for (const [name, numbers] of first) {
    const found = second.get(name)?.length;
    if (found === undefined) throw wrong(`there is no ${what} for ${of} '${name}'`);
    if (found !== numbers.length) {
      throw wrong(
        `the ${what} of '${name}' has ${found} numbers instead of the ${numbers.length} of its ${of}`,
      );
    }
  }
  for (const name of second.keys()) {
    if (!first.has(name)) throw wrong(`the ${what} of '${name}' belongs to no ${of}`);
  }
}

function wrong(what: string): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `Optimising: ${what}. Give both for the same names and sizes.`,
  );
}

/**
 * Raises a number to a whole power of at least 0, by squaring.
 *
 * `**` may differ in the last bit between JavaScript engines; products do not.
 */
export function wholePower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}
