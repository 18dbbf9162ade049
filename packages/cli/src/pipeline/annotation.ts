import { printable } from '@pip-graft/report/text';

/** A remark on a line of a file, which GitHub shows beside it. */
export interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  /** Path from the root of the repository, with slashes. */
  readonly file: string;
  readonly line: number | undefined;
  readonly text: string;
}

/** The line that makes GitHub's runner show it; what it says cannot end the line or add to it. */
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
