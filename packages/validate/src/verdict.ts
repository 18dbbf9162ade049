import type { ValidationFigures } from './figures.ts';

export type VerdictStatus = 'passed' | 'failed' | 'skipped';

/** The result of one check. */
export interface Verdict {
  readonly name: string;
  readonly status: VerdictStatus;
  /** The figure compared with the limit; a string for NaN and infinity, null if not measured. */
  readonly measured: number | string | null;
  /** The largest (or, if the detail says so, the smallest) figure that passes; null without a limit. */
  readonly limit: number | string | null;
  /** Unit of measured and limit, if they have one. */
  readonly unit?: 'bytes' | 'dB' | undefined;
  /** One line for people: what was compared, its unit and what it means. */
  readonly detail: string;
  /** How long the check took; undefined if it did not run, or ran another time. */
  readonly milliseconds?: number;
}

/** The result of a validation: plain data, as `graft validate --json` prints it. */
export interface Validation {
  /** `failed` if any check failed, `skipped` if none could run, otherwise `passed`. */
  readonly status: VerdictStatus;
  readonly checks: readonly Verdict[];
  readonly figures: ValidationFigures;
}

/** What a check returns; its name is added by the caller. */
export type Outcome = Omit<Verdict, 'name'>;

/** A figure that survives JSON: NaN and infinity become strings. */
export function figure(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Compares a figure with its upper limit; NaN fails. */
export function atMost(measured: number, limit: number, detail: string): Outcome {
  const status = measured <= limit ? 'passed' : 'failed';
  return { status, measured: figure(measured), limit, detail };
}

/** A verdict for a check that did not run, with the reason. */
export function skipped(detail: string): Outcome {
  return { status: 'skipped', measured: null, limit: null, detail };
}
