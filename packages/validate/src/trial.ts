import type { Image } from '@pip-graft/imaging';
import { imageTensor } from '@pip-graft/imaging';
import type { GraftRecord } from '@pip-graft/pip-core';
import { degradationTensor } from '@pip-graft/restore';
import type { Device, OptimisationLevel, Session } from '@pip-graft/runtime';
import { runModel } from '@pip-graft/runtime';
import { float32Tensor, type TensorFeeds, type TypedTensor } from '@pip-graft/weights';

/** Precision of products and sums on CUDA, which uses TF32 for convolutions by default. */
export type Precision = 'float32' | 'tf32';

/** Selects one of a model's sessions. */
export interface SessionKind {
  readonly level: OptimisationLevel;
  /** With inner values as outputs. */
  readonly inside?: boolean;
  /** Default: the subject's. */
  readonly device?: Device;
  /** Default: 'tf32' at level `all`, as in serving, otherwise 'float32'. */
  readonly precision?: Precision;
}

/** One run requested by a check. */
export interface Trial {
  readonly images: readonly Image[];
  /** Label weights, one row for all images or one each; default: the model's. Not for the host. */
  readonly rows?: readonly (readonly number[])[];
  /** Default: the model's. Not for the host. */
  readonly strength?: number;
  /** Default: level 'basic', the graph as written. */
  readonly kind?: Partial<SessionKind>;
  /** Inner values to return besides the output. All trials that name any share one session. */
  readonly inner?: readonly string[];
}

/** The result of a trial: the image output and all tensors by name. */
export interface TrialResult {
  readonly output: TypedTensor;
  readonly tensors: TensorFeeds;
}

/** Input tensors of a trial; `inputs` are the graft's, null for a host or a baked graft. */
export function trialFeeds(
  { images, rows, strength }: Trial,
  image: string,
  inputs: GraftRecord['inputs'],
): TensorFeeds {
  const feeds: Record<string, TypedTensor> = { [image]: imageTensor(images) };
  if (inputs !== null && rows !== undefined) feeds[inputs.degradation] = degradationTensor(rows);
  if (inputs !== null && strength !== undefined) {
    feeds[inputs.strength] = float32Tensor([], [strength]);
  }
  return feeds;
}

/** Runs a trial and returns the image output and the values in `inner`. */
export async function runTrial(
  session: Session,
  feeds: TensorFeeds,
  output: string,
  inner: readonly string[] = [],
): Promise<TrialResult> {
  const tensors = await runModel(session, feeds, [...new Set([output, ...inner])]);
  return { output: tensors[output]!, tensors };
}
