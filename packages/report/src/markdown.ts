/** A text with a size limit, built from parts; parts that do not fit are omitted. */
export class BoundedText {
  #parts: string[] = [];
  #left: number;

  /** @param bytes limit in UTF-8 bytes */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Appends a part if it fits and returns whether it did. */
  add(part: string): boolean {
    const size = Buffer.byteLength(part);
    if (size > this.#left) return false;
    this.#left -= size;
    this.#parts.push(part);
    return true;
  }

  /** Appends parts until one does not fit and returns how many are missing. */
  addAll(parts: readonly string[]): number {
    const missing = parts.findIndex((part) => !this.add(part));
    return missing === -1 ? 0 : parts.length - missing;
  }

  get text(): string {
    return this.#parts.join('');
  }
}

/** Longest text of a cell or line; longer texts are cut, so that one cannot crowd out the rest. */
const longest = 600;

/**
 * Escapes a text for GitHub's Markdown, on one line: no links, table borders, HTML, emphasis, code,
 * mentions or formulas.
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

/** Control characters and those that change the writing direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
const invisible = /[\x00-\x1F\x7F-\x9F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/** A row of a table; cells are markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** The first two lines of a table. @param right indices of right-aligned columns */
export function tableHead(names: readonly string[], right: readonly number[] = []): string {
  return row(names) + row(names.map((_, column) => (right.includes(column) ? '--:' : '---')));
}
