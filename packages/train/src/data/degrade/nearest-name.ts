/** Which of the known names differs from a name by the fewest letters (Levenshtein 1966). */
export function nearestName(name: string, known: readonly string[]): string {
  const distances = known.map((each) => distance(name, each));
  return known[distances.indexOf(Math.min(...distances))]!;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let from = 1; from <= a.length; from++) {
    const next = [from];
    for (let to = 1; to <= b.length; to++) {
      const changed = row[to - 1]! + (a[from - 1] === b[to - 1] ? 0 : 1);
      next.push(Math.min(changed, row[to]! + 1, next[to - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
