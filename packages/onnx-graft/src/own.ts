/**
 * Own member of a record under a name from a file or a caller; undefined if there is none: every
 * object inherits a `constructor` and a `toString`.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
