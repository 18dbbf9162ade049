import type { ValidationFigures } from './figures.ts';

export type VerdictStatus = 'passed' | 'failed' | 'skipped';

/** One thing validation tried, and what it saw. */
export interface Verdict {
  readonly name: string;
  readonly status: VerdictStatus;
  /** The figure the limit is for; a text where the number is NaN or infinite; null when there is none. */
  readonly measured: number | string | null;
  /** The largest (or, where the detail says so, the smallest) figure that passes; null when nothing is demanded. */
  readonly limit: number | string | null;
  /** One line for people: what was compared, in which unit, and what it means. */
  readonly detail: string;
}

/** A validation's result: plain data, as `graft validate --json` prints it. */
export interface Validation {
  /** `failed` when a check failed; `skipped` when nothing could be run; else `passed`. */
  readonly status: VerdictStatus;
  readonly checks: readonly Verdict[];
  readonly figures: ValidationFigures;
}

/** What a check returns; its name is added by the caller. */
export type Outcome = Omit<Verdict, 'name'>;

/** A figure as a verdict holds it: JSON has no NaN and no infinity. */
export function figure(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Passed or failed by a limit; NaN fails. */
export function atMost(measured: number, limit: number, detail: string): Outcome {
  const status = measured <= limit ? 'passed' : 'failed';
  return { status, measured: figure(measured), limit, detail };
}

/** Not tried, and why. */
export function skipped(detail: string): Outcome {
  return { status: 'skipped', measured: null, limit: null, detail };
}
