/** Writes a value for a message: text in quotes, so that '5' is not taken for 5. */
export function spelled(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
