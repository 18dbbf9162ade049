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
