import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';

/** Numbers by the name of the parameter they belong to. */
export type Floats = ReadonlyMap<string, Float32Array>;

/**
 * The elements of tensors, shared with them: what is changed in one is changed in both.
 *
 * @example stepAdamW(state, floatsOf(tensors), gradients, 1e-4); // changes the tensors
 */
export function floatsOf(tensors: TensorMap): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, { data }]) => [name, data]));
}

/**
 * Makes sure that two sets have the same names and as many numbers in each.
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
