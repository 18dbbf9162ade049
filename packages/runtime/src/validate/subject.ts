import type { Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import type { Image } from '../image/image.ts';
import type { LatencyOptions } from '../session/measure-latency.ts';
import type { LooseModel } from '../session/prepare-model.ts';
import type { Device, OptimisationLevel, Session, SessionValue } from '../session/session.ts';
import type { ValidationFigures } from './figures.ts';
import type { PictureSize } from './pictures.ts';
import type { Tolerances } from './tolerances.ts';
import type { Trial, TrialResult } from './trial.ts';
import type { Outcome } from './verdict.ts';

export type Side = 'host' | 'grafted';

/** What checks work on: a graft, its host, and how to run either. */
export interface Subject {
  /** Where both models run. */
  readonly device: Device;
  readonly graft: GraftRecord;
  readonly host: LooseModel;
  readonly grafted: LooseModel;
  /** The input that takes pictures. */
  readonly picture: SessionValue;
  readonly sizes: readonly PictureSize[];
  readonly batches: readonly number[];
  readonly timing: LatencyOptions & { readonly size: PictureSize };
  readonly budget: { readonly overhead?: number; readonly memory?: number };
  readonly tolerances: Tolerances;
  readonly photo: Image;
  session(side: Side, level: OptimisationLevel): Promise<Session>;
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
  run(subject: Subject): Promise<Outcome & { readonly figures?: ValidationFigures }>;
}
