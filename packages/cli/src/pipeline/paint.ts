import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** What is coloured, wherever it appears; the text is what it is without colour. */
const styles: readonly (readonly [RegExp, Style])[] = [
  [/^graft(?: [a-z]+)*:/gm, 'red'],
  [/^warning:/gm, 'yellow'],
  [/^note:/gm, 'cyan'],
  [/\bUNTRAINED\b/g, 'yellow'],
  [/^✓|\(PIP\)/gm, 'green'],
  [/^✗/gm, 'red'],
];

/** Colours text where the stream is a terminal that shows colours; NO_COLOR and FORCE_COLOR decide. */
export function paint(text: string, stream: NodeJS.WritableStream): string {
  return styles.reduce(
    (painted, [pattern, style]) =>
      painted.replace(pattern, (found) => styleText(style, found, { stream })),
    text,
  );
}
