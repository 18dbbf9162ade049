/** Control characters, direction marks, line and paragraph separators, halves of surrogate pairs. */
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\p{Cs}]/gu;
/** Commands of CI runners: GitHub `::` at the beginning of a line, and the older forms anywhere. */
const command = /^(\s*):(?=:)|#(?=#(?:\[|vso\[))/gm;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes text safe for a terminal and a CI runner: escapes what would move the cursor, change
 * direction or command the runner. Keeps line breaks.
 *
 * @example printable('a\x1b[2Jb') // 'a\\x1b[2Jb'
 */
export function printable(text: string): string {
  return text
    .replace(unsafe, (found) => (found === '\n' ? found : escaped(found)))
    .replace(command, (found) => `${found.slice(0, -1)}${escaped(found.slice(-1))}`);
}

/** Makes a name from a file safe in a line: {@link printable}, with line breaks escaped too. */
export function oneLine(name: string): string {
  return printable(name.replaceAll('\n', '\\n'));
}

/**
 * Formats a value as JSON for people and programs: equal when parsed, and as safe as
 * {@link printable}.
 */
export function printableJson(value: unknown): string {
  const unit = (found: string): string => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2)
    .replace(unsafe, (found) => (found === '\n' ? found : unit(found)))
    .replace(/#(?=#(?:\[|vso\[))/g, unit);
}

function escaped(found: string): string {
  const code = found.codePointAt(0)!;
  if (named[found] !== undefined) return named[found];
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** Formats bytes, as in "4.9 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

type Cell = string | number;

/** Width below which a wrapped column is harder to read than a long line. */
const narrowest = 30;

/**
 * Formats rows as aligned columns; columns with numbers are right-aligned.
 *
 * @param width of the screen in characters, to wrap the last column; default: no wrapping
 * @example table([['a', 1], ['bb', 22]]) // 'a    1\nbb  22'
 */
export function table(cells: readonly (readonly Cell[])[], width?: number): string {
  const rows = cells.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell : oneLine(cell))),
  );
  const widths: number[] = [];
  const numeric = new Set<number>();
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, String(cell).length);
      if (typeof cell === 'number') numeric.add(column);
    }
  }
  const last = widths.length - 1;
  const left = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0);
  const room = (width ?? Number.POSITIVE_INFINITY) - left;
  const pad = (cell: Cell, column: number): string =>
    numeric.has(column)
      ? String(cell).padStart(widths[column]!)
      : String(cell).padEnd(widths[column]!);
  return rows
    .flatMap((row) => {
      const line = row.map(pad).join('  ').trimEnd();
      if (line.length <= left + room || room < narrowest || row.length <= last) return [line];
      const head = row.slice(0, last).map(pad).join('  ');
      const [first = '', ...rest] = wrap(String(row[last]), room);
      return [`${head}  ${first}`.trimEnd(), ...rest.map((text) => ' '.repeat(left) + text)];
    })
    .join('\n');
}

/** Breaks text between words into lines of at most `room` characters. */
function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= room || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
