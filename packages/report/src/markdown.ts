/** Longest text of one cell or line; more is cut, so that a table never takes the room of all others. */
const longest = 600;

/**
 * A text as GitHub shows it: nothing in it is a link, a table's border, HTML, emphasis, code, a
 * mention or a formula. On one line.
 *
 * @example plain('a|b') // 'a&#124;b'
 */
export function plain(text: string): string {
  const clean = text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(invisible, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const shown =
    clean.length > longest ? `${[...clean.slice(0, longest)].slice(0, -1).join('')}…` : clean;
  return shown
    .replace(/[&<>|`*_~[\]\\#@$]|:(?=\S)|(?<=www)\.|^[-+=](?!\d)/gi, entity)
    .replace(
      /^(\d+)([.)])(?=\s|$)/,
      (_, digits: string, mark: string) => `${digits}${entity(mark)}`,
    );
}

function entity(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}

/** Control characters, and those that turn the direction of writing around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
const invisible = /[\x00-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** A row of a table; cells are markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** The first two lines of a table. @param right columns to the right */
export function tableHead(names: readonly string[], right: readonly number[] = []): string {
  return row(names) + row(names.map((_, column) => (right.includes(column) ? '--:' : '---')));
}
