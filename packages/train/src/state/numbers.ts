/** A float64 as JSON holds it: a number, or text for the four that JSON has no number for. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

/** JSON writes the shortest decimals that read back as the same float64; these four it would change. */
export function encodeNumber(value: number): JsonNumber {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** The number that {@link encodeNumber} was given, or undefined for what it never returns. */
export function decodeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return special.has(value) ? special.get(value) : undefined;
}

const special: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);
