/**
 * A member of a record under a name from a file or a caller; undefined where the record has none of its
 * own: every object has a `constructor` and a `toString` that nobody put there.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** An empty record that takes any name, `__proto__` too. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
