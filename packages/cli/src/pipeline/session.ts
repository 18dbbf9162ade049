import type { Annotation } from './print.ts';

/** A command's environment: its working directory, progress and notes, and when to stop. */
export interface Session {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Width of the terminal in characters; undefined if stdout is not a terminal. */
  readonly columns: number | undefined;
  /**
   * Shows `done` of `total` on stderr once an operation takes longer than a second; with a unit,
   * also the count and the time left; then the detail.
   */
  progress(label: string, done: number, total: number, unit?: string, detail?: string): void;
  /** Prints a line for people on stderr. */
  note(line: string): void;
  /** Annotates a line of a file, if GitHub runs the command. */
  annotate(remark: Annotation): void;
}
