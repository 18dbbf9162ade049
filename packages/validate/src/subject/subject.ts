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
import type { ValidationFigures } from '../figures.ts';
import type { Tolerances } from '../tolerances.ts';
import type { SessionKind, Trial, TrialResult } from '../trial.ts';
import type { Outcome } from '../verdict.ts';
import type { ImageSize } from './images.ts';

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
