import type { Gap } from '@pip-graft/imaging';
import type { TileGap } from '@pip-graft/restore';
import type { Latency, Placement } from '@pip-graft/runtime';

/** What was measured beside the verdicts, for reports: plain data. A figure that was not measured is left out. */
export interface ValidationFigures {
  readonly latency?: {
    readonly width: number;
    readonly height: number;
    readonly host: Latency;
    readonly grafted: Latency;
  };
  /** Images per second in the largest batch that was tried. */
  readonly throughput?: {
    readonly batch: number;
    readonly width: number;
    readonly height: number;
    readonly host: number;
    readonly grafted: number;
  };
  /** Bytes at the peak: of a process above the bare runtime, or on the device above what was taken before. */
  readonly memory?: { readonly host: number; readonly grafted: number };
  readonly placements?: readonly Placement[];
  readonly parity?: readonly Parity[];
  readonly layers?: LayerFigures;
  readonly sizes?: SizeFigures;
  /** The largest square image that was restored whole, and what stopped the search. */
  readonly largest?: {
    readonly width: number;
    readonly height: number;
    readonly stoppedBy: string;
  };
  readonly tiles?: readonly TileGap[];
  readonly prompts?: PromptFigures;
}

/** One output on the device against the CPU. */
export interface Parity extends Gap {
  readonly side: 'host' | 'grafted';
  readonly output: string;
  readonly precision: 'float32' | 'tf32' | 'float16';
  readonly limit: number;
}

/** One inner tensor on the device against the CPU. */
export interface LayerGap extends Gap {
  readonly value: string;
  readonly node: string;
  readonly opType: string;
  readonly dims: readonly number[];
  /** Relative error when the device is fed the CPU's exact tensors at the start of the slice: what these nodes add themselves. */
  readonly own: number;
  /** The error is here and was not in the inputs. */
  readonly begins: boolean;
}

export interface LayerFigures {
  readonly width: number;
  readonly height: number;
  /** Nodes with a float output that were compared. */
  readonly compared: number;
  readonly slices: number;
  readonly limit: number;
  /** The worst and those where an error begins, in the order of the graph; not all. */
  readonly rows: readonly LayerGap[];
}

export interface SizeFigures {
  /** Smallest number such that every multiple of it that was tried works. */
  readonly multiple: number;
  readonly tried: readonly {
    readonly width: number;
    readonly height: number;
    readonly batch: number;
    /** Left out where it works. */
    readonly fault?: string;
  }[];
}

/** What the prompts hold. */
export interface PromptFigures {
  readonly labels: readonly string[];
  readonly levels: readonly {
    readonly level: number;
    /** The labels that are compared; left out where it is all of them. */
    readonly labels?: readonly string[];
    /** Cosine between the labels' degradation-aware prompts. */
    readonly degradation: readonly (readonly number[])[];
    /** Cosine between the labels' universal restoration prompts, on one image. */
    readonly universal: readonly (readonly number[])[];
  }[];
}
