/** A figure as people read it: with a minus sign, and a dash for what is no number. */
export function number(value, digits) {
  return Number.isFinite(value) ? value.toFixed(digits).replace('-', '−') : '–';
}
