/**
 * A figure as people read it: with a minus sign, and a dash for what is no number.
 *
 * @param {number | undefined} value
 * @param {number | undefined} digits
 */
export function number(value, digits) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  return value.toFixed(digits).replace('-', '−');
}
