/** A text from a file within a line of Markdown: its characters, without what they would do there. */
export function inMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<>|&~#]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}

/** A text from a file as one word of a shell command. */
export function inShell(text: string): string {
  const line = oneLine(text);
  return /^[\w@.:/+-]+$/.test(line) && !line.startsWith('-')
    ? line
    : `'${line.replaceAll("'", "'\\''")}'`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
