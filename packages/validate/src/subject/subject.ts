import type { Image } from '@pip-graft/imaging';
import type { Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import type {
  Device,
  Isolation,
  LatencyOptions,
  LooseModel,
  OptimisationLevel,
  Session,
  SessionOptions,
  SessionValue,
} from '@pip-graft/runtime';
import type { TensorFeeds, TensorType } from '@pip-graft/weights';
import type { ValidationFigures } from '../figures.ts';
import type { Tolerances } from '../tolerances.ts';
import type { Trial, TrialResult } from '../trial.ts';
import type { Outcome } from '../verdict.ts';
import type { ImageSize } from './images.ts';

export type Side = 'host' | 'grafted';

/** What a model's products and sums are rounded to on CUDA: TF32 is its default for convolutions. */
export type Precision = 'float32' | 'tf32';

/** Which session of a model is wanted. */
export interface SessionKind {
  readonly level: OptimisationLevel;
  /** With inner values as outputs. */
  readonly inside?: boolean;
  /** Default the subject's. */
  readonly device?: Device;
  /** Default 'tf32' at level `all`, which is what is served, else 'float32'. */
  readonly precision?: Precision;
}

/** What checks work on: a graft, its host, and how to run either. */
export interface Subject {
  /** Where both models run. */
  readonly device: Device;
  readonly graft: GraftRecord;
  readonly host: LooseModel;
  readonly grafted: LooseModel;
  /** The input that takes images. */
  readonly input: SessionValue;
  /** What decides how exact it can be: float16 also where only its weights are. */
  readonly computes: TensorType;
  readonly sizes: readonly ImageSize[];
  readonly batches: readonly number[];
  /** What both sides of an image are multiples of, as the caller believes. */
  readonly multiple: number;
  /** Try everything, not a sample. */
  readonly sweep: boolean;
  readonly tiles?: { readonly tile: number; readonly overlap?: number };
  readonly isolation: Isolation;
  /** The output that gives images. */
  readonly output: string;
  onStep?(done: number, total: number): void;
  readonly timing: LatencyOptions & { readonly size: ImageSize };
  readonly budget: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances: Tolerances;
  readonly image: Image;
  /** A session from the pool; it may be released when another kind is asked for. */
  session(side: Side, kind: SessionKind): Promise<Session>;
  /** Gives all sessions back: after a fault, what is left of one is not to be trusted. */
  reset(): Promise<void>;
  /** What a trial feeds either side. */
  feeds(side: Side, trial: Trial): TensorFeeds;
  /** How sessions of this side are opened. */
  options(side: Side, kind: SessionKind): SessionOptions;
  run(side: Side, trial: Trial): Promise<TrialResult>;
  /** What is left when the graft is taken out. */
  readonly ungrafted: Model;
  /** A file of either, for a process that loads it itself. */
  path(side: Side): Promise<string>;
  readonly threads?: number;
}

/** One thing to try. It may measure figures beside its verdict. */
export interface Check {
  readonly name: string;
  /** Left out: to every graft. One that does not apply is not listed unless it was asked for. */
  applies?(subject: Subject): boolean;
  run(subject: Subject): Promise<Outcome & { readonly figures?: ValidationFigures }>;
}
