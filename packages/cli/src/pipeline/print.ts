import { styleText } from 'node:util';
import { printable, printableJson } from '@pip-graft/report/text';
import type { HelpConfiguration } from 'commander';
import { type Annotation, annotationLine } from './annotation.ts';

/** Prints a result for people on stdout. All that the command prints goes by one of these. */
export function printText(text: string): void {
  process.stdout.write(`${paint(printable(text), process.stdout)}\n`);
}

/** Prints a result for programs on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}

/** Prints a message on stderr; lines after the first are indented, so that none passes for another message. */
export function printMessage(message: string): void {
  const text = printable(message.trimEnd().replaceAll('\n', '\n  '));
  process.stderr.write(`${paint(text, process.stderr)}\n`);
}

/** Prints a remark for GitHub's runner, which reads stderr too: nothing else gets past {@link printable} as a command. */
export function printAnnotation(remark: Annotation): void {
  process.stderr.write(`${annotationLine(remark)}\n`);
}

let isSilent = false;

/** From now on output that cannot be written is lost: the terminal is gone, and there is work to end well. */
export function silenceOutput(): void {
  isSilent = true;
}

/**
 * Ends the process when its output cannot be written: with status 7 and a line where one still can
 * be; in silence when the reader closes the pipe, as `head` does.
 */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isSilent) return;
    if (error.code === 'EPIPE') process.exit();
    printMessage(`graft: standard output could not be written: ${error.message}.`);
    process.exit(7);
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!isSilent) process.exit(error.code === 'EPIPE' ? undefined : 7);
  });
}

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

/** The look of help; commander takes the colours out again where none can be shown. */
export const helpStyles: HelpConfiguration = {
  styleTitle: (title) => styleText('bold', title),
  styleOptionTerm: (term) => styleText('cyan', term),
  styleSubcommandTerm: (term) => styleText('cyan', term),
  styleArgumentTerm: (term) => styleText('cyan', term),
};
