/**
 * A value that must exist; throws if it does not.
 *
 * @template T
 * @param {T} value
 * @param {string} what the value, for the message
 * @returns {NonNullable<T>}
 */
export function present(value, what) {
  if (value === undefined || value === null) throw new Error(`${what}: missing`);
  return value;
}
