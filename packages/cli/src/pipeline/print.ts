import { styleText } from 'node:util';
import { printable, printableJson } from '@pip-graft/report/text';
import type { HelpConfiguration } from 'commander';

/** Prints a result for people on stdout. All output of the command goes through these functions. */
export function printText(text: string): void {
  process.stdout.write(`${paint(printable(text), process.stdout)}\n`);
}

/** Prints a result for programs on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`);
}

/** Prints a message on stderr; further lines are indented, so none looks like a new message. */
export function printMessage(message: string): void {
  const text = printable(message.trimEnd().replaceAll('\n', '\n  '));
  process.stderr.write(`${paint(text, process.stderr)}\n`);
}

/** Prints an annotation for GitHub's runner; {@link printable} blocks such commands elsewhere. */
export function printAnnotation(remark: Annotation): void {
  process.stderr.write(`${annotationLine(remark)}\n`);
}

let isSilent = false;

/** Ignores output errors from now on: the terminal is gone, but work must still end cleanly. */
export function silenceOutput(): void {
  isSilent = true;
}

/**
 * Ends the process if its output cannot be written: with status 7 and a message if possible, or
 * silently if the reader closes the pipe, as `head` does.
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

/** Patterns to colour wherever they appear; colours do not change the text. */
const styles: readonly (readonly [RegExp, Style])[] = [
  [/^graft(?: [a-z]+)*:/gm, 'red'],
  [/^warning:/gm, 'yellow'],
  [/^note:/gm, 'cyan'],
  [/\bUNTRAINED\b/g, 'yellow'],
  [/^✓|\(PIP\)/gm, 'green'],
  [/^✗/gm, 'red'],
];

/** Colours text if the stream is a terminal with colours, or as NO_COLOR and FORCE_COLOR say. */
export function paint(text: string, stream: NodeJS.WritableStream): string {
  return styles.reduce(
    (painted, [pattern, style]) =>
      painted.replace(pattern, (found) => styleText(style, found, { stream })),
    text,
  );
}

/** Style of help; commander removes the colours if they cannot be shown. */
export const helpStyles: HelpConfiguration = {
  styleTitle: (title) => styleText('bold', title),
  styleOptionTerm: (term) => styleText('cyan', term),
  styleSubcommandTerm: (term) => styleText('cyan', term),
  styleArgumentTerm: (term) => styleText('cyan', term),
};

/** A remark that GitHub shows beside a line of a file. */
export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  /** Path from the root of the repository, with slashes. */
  readonly file: string;
  readonly line: number | undefined;
  readonly text: string;
}

/** Formats the line for GitHub's runner; text in it is escaped, so it cannot end the line. */
export function annotationLine({ kind, title, file, line, text }: Annotation): string {
  const at = line === undefined ? '' : `,line=${line}`;
  return `::${kind} file=${property(file)}${at},title=${property(title)}::${data(text)}`;
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
