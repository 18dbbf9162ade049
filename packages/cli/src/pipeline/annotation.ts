import { printable } from '@pip-graft/report/text';

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
