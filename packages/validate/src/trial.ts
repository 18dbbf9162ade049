import type { Image } from '@pip-graft/imaging';
import { imageTensor } from '@pip-graft/imaging';
import type { GraftRecord } from '@pip-graft/pip-core';
import { degradationTensor } from '@pip-graft/restore';
import type { Session } from '@pip-graft/runtime';
import { runModel } from '@pip-graft/runtime';
import { float32Tensor, type TensorFeeds, type TypedTensor } from '@pip-graft/weights';
import type { SessionKind } from './subject/subject.ts';

/** One run that a check wants. */
export interface Trial {
  readonly images: readonly Image[];
  /** Weights over the labels, one row for all or one for each image; the model's default when left out. Not for the host. */
  readonly rows?: readonly (readonly number[])[];
  /** The model's default when left out. Not for the host. */
  readonly strength?: number;
  /** Default level 'basic': the graph as written. */
  readonly kind?: Partial<SessionKind>;
  /** Inner values wanted beside the output. Every trial that names some shares one session. */
  readonly inner?: readonly string[];
}

/** What a trial gave: the image output, and all tensors by name. */
export interface TrialResult {
  readonly output: TypedTensor;
  readonly tensors: TensorFeeds;
}

/** A trial's tensors by input; `inputs` are the graft's, null for a host or a baked graft. */
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

/** Runs a trial's feeds; `inner` are wanted beside the image output. */
export async function runTrial(
  session: Session,
  feeds: TensorFeeds,
  output: string,
  inner: readonly string[] = [],
): Promise<TrialResult> {
  const tensors = await runModel(session, feeds, [...new Set([output, ...inner])]);
  return { output: tensors[output]!, tensors };
}
