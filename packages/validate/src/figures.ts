import type { Gap } from '@pip-graft/imaging';
import type { TileGap } from '@pip-graft/restore';
import type { Latency, Placement } from '@pip-graft/runtime';

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
