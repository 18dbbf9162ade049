import type { Result } from './result.ts';

/** What a command sees of the world: where it runs, how to show that it is alive, when to stop. */
export interface Session {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Characters in a line of the terminal; undefined when stdout is none. */
  readonly columns: number | undefined;
  /**
   * Shows `done` of `total` on stderr once an operation takes longer than a second; with a unit, the
   * count and the time left too; then whatever else there is to say.
   */
  progress(label: string, done: number, total: number, unit?: string, detail?: string): void;
  /** A line for people, on stderr. */
  note(line: string): void;
}

export type Handler<Arguments extends unknown[], Options> = (
  session: Session,
  ...rest: [...Arguments, Options]
) => Promise<Result> | Result;
