import type { Gap } from '@pip-graft/imaging';
import type { TileGap } from '@pip-graft/restore';
import type { Latency, Placement } from '@pip-graft/runtime';

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

/** Measurements for reports, besides the verdicts: plain data. Figures not measured are undefined. */
export interface ValidationFigures {
  readonly latency?: {
    readonly width: number;
    readonly height: number;
    readonly host: Latency;
    readonly grafted: Latency;
  };
  /** Images per second in the largest batch tried. */
  readonly throughput?: {
    readonly batch: number;
    readonly width: number;
    readonly height: number;
    readonly host: number;
    readonly grafted: number;
  };
  /** Peak memory in bytes: of a process beyond the bare runtime, or of the device beyond what was in use. */
  readonly memory?: { readonly host: number; readonly grafted: number };
  readonly placements?: readonly Placement[];
  readonly parity?: readonly Parity[];
  readonly layers?: LayerFigures;
  readonly sizes?: SizeFigures;
  /** The largest square image restored whole, and what stopped the search. */
  readonly largest?: {
    readonly width: number;
    readonly height: number;
    readonly stoppedBy: string;
  };
  readonly tiles?: readonly TileGap[];
  readonly prompts?: PromptFigures;
}

/** One output on the device compared with the CPU. */
export interface Parity extends Gap {
  readonly side: 'host' | 'grafted';
  readonly output: string;
  readonly precision: 'float32' | 'tf32' | 'float16';
  readonly limit: number;
}

/** One inner tensor on the device compared with the CPU. */
export interface LayerGap extends Gap {
  readonly value: string;
  readonly node: string;
  readonly opType: string;
  readonly dims: readonly number[];
  /** Relative error when the slice starts from the CPU's exact tensors: what these nodes add themselves. */
  readonly own: number;
  /** Whether the error starts here, with inputs within the limit. */
  readonly begins: boolean;
}

export interface LayerFigures {
  readonly width: number;
  readonly height: number;
  /** Number of float tensors compared. */
  readonly compared: number;
  readonly slices: number;
  readonly limit: number;
  /** The worst rows and those where an error starts, in graph order; not all rows. */
  readonly rows: readonly LayerGap[];
}

export interface SizeFigures {
  /** Smallest number whose multiples all worked, as far as tried. */
  readonly multiple: number;
  readonly tried: readonly {
    readonly width: number;
    readonly height: number;
    readonly batch: number;
    /** Undefined if this size works. */
    readonly fault?: string;
  }[];
}

/** How similar the labels' prompts are. */
export interface PromptFigures {
  readonly labels: readonly string[];
  readonly levels: readonly {
    readonly level: number;
    /** The labels compared at this level; default: all. */
    readonly labels?: readonly string[];
    /** Cosine between the labels' degradation-aware prompts. */
    readonly degradation: readonly (readonly number[])[];
    /** Cosine between the labels' universal restoration prompts, on one image. */
    readonly universal: readonly (readonly number[])[];
  }[];
}
