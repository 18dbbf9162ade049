type Cell = string | number;

/** Rows as aligned columns; columns with numbers to the right. @example table([['a', 1], ['bb', 22]]) // 'a    1\nbb  22' */
export function table(rows: readonly (readonly Cell[])[]): string {
  const widths: number[] = [];
  const numeric = new Set<number>();
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, String(cell).length);
      if (typeof cell === 'number') numeric.add(column);
    }
  }
  const pad = (cell: Cell, column: number): string =>
    numeric.has(column)
      ? String(cell).padStart(widths[column]!)
      : String(cell).padEnd(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
