import type { Image } from '@pip-graft/imaging';
import type { Model } from '@pip-graft/onnx-graft';
import type { GraftRecord, LevelValues } from '@pip-graft/pip-core';
import type { ModelParts } from '@pip-graft/restore';
import type {
  Device,
  Isolation,
  LatencyOptions,
  Session,
  SessionOptions,
  SessionValue,
} from '@pip-graft/runtime';
import type { TensorFeeds, TensorType } from '@pip-graft/weights';
import type { Outcome, Parity, ValidationFigures } from '../verdict.ts';
import type { ImageSize } from './images.ts';
import type { SessionKind, Trial, TrialResult } from './trial.ts';

/**
 * Returns the type that limits a model's precision: float16 even if only the weights are and images
 * are float32, as after a conversion.
 *
 * @param image type of the image input
 */
export function computingType({ graph }: Model, image: TensorType): TensorType {
  // Exporters leave stray float16 scalars and vectors; weights have more dimensions.
  const half = graph.initializers.some(
    ({ dataType, dims }) => dataType === 'float16' && dims.length > 1,
  );
  return half ? 'float16' : image;
}

/** Returns the values of the graft's modules, site by site: of one adapter, by index, or of all. */
export function moduleValues(
  { sites }: Pick<GraftRecord, 'sites'>,
  adapter?: number,
): LevelValues[] {
  return sites.flatMap(({ modules }) =>
    modules
      .filter((module) => adapter === undefined || module.adapter === adapter)
      .map(({ values }) => values),
  );
}

/** Number that image sides must be multiples of: from the stamp, otherwise twice the scale of the deepest site. */
export function multipleOf({ host, sites }: Pick<GraftRecord, 'host' | 'sites'>): number {
  return host.image?.sizeMultiple ?? 2 * Math.max(...sites.map(({ scale }) => scale));
}

export type Side = 'host' | 'grafted';

/** What checks work on: a graft, its host and the means to run both. */
export interface Subject {
  /** Where both models run. */
  readonly device: Device;
  readonly graft: GraftRecord;
  readonly host: Model;
  readonly grafted: Model;
  /** The image input. */
  readonly input: SessionValue;
  /** The type that limits precision: float16 even if only the weights are. */
  readonly computes: TensorType;
  readonly sizes: readonly ImageSize[];
  /** Size of images without structure. */
  readonly flatSize: ImageSize;
  readonly batches: readonly number[];
  /** Number that both image sides must be multiples of, according to the caller. */
  readonly multiple: number;
  /** Whether to try everything instead of a sample. */
  readonly sweep: boolean;
  readonly tiles?: { readonly tile: number; readonly overlap?: number };
  readonly isolation: Isolation;
  /** The image output. */
  readonly output: string;
  onStep?(done: number, total: number): void;
  readonly timing: LatencyOptions & { readonly size: ImageSize };
  readonly budget: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances: Tolerances;
  readonly image: Image;
  /** Returns a session from the pool, which may release it when another kind is requested. */
  session(side: Side, kind: SessionKind): Promise<Session>;
  /** Converts input tensors to what the model takes: its range and layout, and other inputs. */
  nativeFeeds(feeds: TensorFeeds): TensorFeeds;
  /** Wraps a session of either side as one of planar RGB from 0 to 1. */
  behindDoor(session: Session): Session;
  /** The parts with which tiles share the grafted model's prompts. Release them. */
  parts(): ModelParts | undefined;
  /** Releases all sessions; after a fault their state is not reliable. */
  reset(): Promise<void>;
  /** Input tensors of a trial for one model. */
  feeds(side: Side, trial: Trial): TensorFeeds;
  /** Options that open this side's sessions. */
  options(side: Side, kind: SessionKind): SessionOptions;
  run(side: Side, trial: Trial): Promise<TrialResult>;
  /** The model with the graft removed. */
  readonly ungrafted: Model;
  /** Path of a file of this side, for another process to load. */
  path(side: Side): Promise<string>;
  readonly threads?: number;
}

/** One check. It may return figures besides its verdict. */
export interface Check {
  readonly name: string;
  /** Whether the check applies; default: to every graft. Other checks are listed only on request. */
  applies?(subject: Subject): boolean;
  run(subject: Subject): Promise<Outcome & { readonly figures?: ValidationFigures }>;
}

/** Limits of the numeric checks. Relative limits refer to the largest absolute value of the host's tensor. */
export interface Tolerances {
  /**
   * Neutral graft against host at optimisation level `all`, relative: onnxruntime
   * fuses and lays out the two graphs differently, which changes the last bits of
   * each layer.
   */
  readonly neutral: number;
  /** Like `neutral`, at level `basic`, which computes the graph as written. */
  readonly neutralBasic: number;
  /** Mixture of two labels against its definition, relative: each product and sum rounds once. */
  readonly mixture: number;
  /** An image in a batch against the image alone, relative: kernels may sum in another order. */
  readonly batch: number;
  /** Skip features of the graft against the host's, relative. */
  readonly upstream: number;
  /** The same image twice through one session, relative: a GPU may sum in another order each time. */
  readonly repeated: number;
  /** Optimised outputs on the device against the graph as written on the CPU, relative. */
  readonly parity: Readonly<Record<Parity['precision'], number>>;
  /** The same for inner tensors, each relative to its own largest value. */
  readonly layers: Readonly<Record<Exclude<Parity['precision'], 'tf32'>, number>>;
}

/**
 * From simulated TF32 rounding over an eight-layer stack (1.2e-3) and reports of others; the
 * float32 ones hold on the CPU and on WebGPU. Not calibrated on CUDA yet.
 */
const parity = { float32: 1e-4, tf32: 5e-3, float16: 2e-2 } as const;
/** Looser than for outputs: inner tensors can be close to zero, which inflates relative errors. */
const layers = { float32: 1e-3, float16: 5e-2 } as const;

/** Limits for a computing type and a device. */
export function tolerancesFor(type: TensorType, device: Device): Tolerances {
  const common = { parity, layers };
  if (type === 'float16') {
    // The CPU computes float16 in float32 between casts, and drops pairs of casts where the graph
    // allows it, so that roundings (5e-4 each) may happen in other places. Measured on NAFNet and
    // Restormer: 0 at strength 0, 6e-4 in batches. Prompts are mixed in float32 whatever the host's
    // type.
    const half = { neutral: 5e-3, neutralBasic: 5e-3, mixture: 1e-5, batch: 5e-3 };
    const exact = device === 'cpu' ? 0 : 5e-3;
    return { ...half, upstream: exact, repeated: exact, ...common };
  }
  if (device === 'cpu') {
    const same = { neutralBasic: 0, upstream: 0, repeated: 0 };
    return { neutral: 1e-4, ...same, mixture: 1e-5, batch: 1e-5, ...common };
  }
  // A GPU's libraries choose algorithms by session and shape, which sum in another order.
  const served = device === 'cuda' ? parity.tf32 : parity.float32;
  const exact = 1e-5;
  return {
    neutral: served,
    neutralBasic: exact,
    mixture: exact,
    batch: parity.float32,
    upstream: exact,
    repeated: exact,
    ...common,
  };
}
