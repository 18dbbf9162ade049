/** The nearest known name, counting letters added, removed, changed or swapped (Damerau 1964). */
export function nearestName(name: string, known: readonly string[]): string {
  const distances = known.map((each) => distance(name, each));
  return known[distances.indexOf(Math.min(...distances))]!;
}

/**
 * The nearest known name if it is near enough to be meant.
 *
 * @example nearName('rian', ['noise', 'rain']) // 'rain'
 */
export function nearName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = nearestName(name, known);
  const length = Math.max(name.length, nearest.length);
  return distance(name, nearest) <= Math.max(1, Math.floor(0.4 * length)) ? nearest : undefined;
}

/**
 * End of a message about an unknown name: the nearest known one if it is near, else a full stop.
 *
 * @example `unknown label 'rian'${didYouMean('rian', ['noise', 'rain'])}` // …; did you mean 'rain'?
 */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearName(name, known);
  return near === undefined ? '.' : `; did you mean '${near}'?`;
}

/** Longest name compared whole: names come from files, and the work grows with both lengths. */
const longest = 100;

function distance(one: string, other: string): number {
  const a = one.slice(0, longest);
  const b = other.slice(0, longest);
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let from = 1; from <= a.length; from++) {
    const next = [from];
    for (let to = 1; to <= b.length; to++) {
      const changed = row[to - 1]! + (a[from - 1] === b[to - 1] ? 0 : 1);
      const swapped = a[from - 1] === b[to - 2] && a[from - 2] === b[to - 1];
      next.push(
        Math.min(
          changed,
          row[to]! + 1,
          next[to - 1]! + 1,
          swapped && from > 1 && to > 1 ? before[to - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/**
 * Own member of a record under a name from a file or a caller; undefined if there is none: every
 * object inherits a `constructor` and a `toString`.
 */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
