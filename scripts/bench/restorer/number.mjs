/**
 * A figure for readers: with a minus sign, and a dash if it is undefined or not finite.
 *
 * @param {number | undefined} value
 * @param {number | undefined} digits
 */
export function number(value, digits) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return value.toFixed(digits).replace('-', '−');
}
