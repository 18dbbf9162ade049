/**
 * A number to a whole power of at least 0, by squaring.
 *
 * `**` may differ in the last bit from one JavaScript engine to the next; products do not.
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
