import { type OpenHost, openAdapter } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import {
  type BatchOptions,
  hostParameters,
  readParameters,
  startState,
  type TrainingState,
  type TrainOptions,
} from '@pip-graft/train';
import { beginOrGoOn } from './check-target.ts';
import { type OpenValidation, openValidation } from './open-validation.ts';
import { type BatchRequest, batchesOf, runOptions } from './run-options.ts';
import type { TrainRequest } from './train-request.ts';

/** What a run was asked for. */
export interface RunRequest extends Omit<BatchRequest, 'options'> {
  /** What to begin with; `none` to train the host by itself. */
  readonly adapter: string;
  /** Degradations of a run without an adapter. */
  readonly labels: readonly string[] | undefined;
  readonly stages: readonly TrainOptions[];
  /** As it was asked for. */
  readonly given: TrainRequest;
  /** The state to go on from, where there is to be one. */
  readonly resume: string | undefined;
}

/** A run that can begin. */
export interface OpenRun {
  readonly adapter: Adapter | null;
  readonly labels: readonly string[];
  /** Names of the host's weights that are learned, too. */
  readonly hostWeights: readonly string[];
  readonly batches: BatchOptions;
  readonly state: TrainingState;
  /** What it is measured on; undefined for a run that is not. */
  readonly validation: OpenValidation | undefined;
}

/**
 * Reads and checks all that a run needs before anything is computed.
 *
 * Errors: `INVALID_ARGUMENT` for a patch that the host cannot take, and validation images that are trained on; `ADAPTER_MISMATCH` for a state of
 * another host, adapter or options; those of adapters, photos and states.
 */
export async function openRun(host: OpenHost, request: RunRequest, cwd: string): Promise<OpenRun> {
  const { stages, given, resume } = request;
  const [options] = stages as [TrainOptions];
  const adapter =
    request.adapter === 'none' ? null : await openAdapter(request.adapter, { for: host, cwd: cwd });
  if (adapter && request.labels)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--labels is for --adapter none; an adapter has labels of its own.',
    );
  const { sizeMultiple } = host.located;
  const validatePatch = given.validatePatch ?? stages.at(-1)!.patch;
  for (const patch of [...stages.map((stage) => stage.patch), validatePatch])
    if (patch % sizeMultiple !== 0)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `--patch ${patch}: ${host.model.source.label} takes multiples of ${sizeMultiple}.`,
      );
  const labels = adapter?.config.labels ?? request.labels ?? ['noise'];
  const all = await batchesOf({ ...request, options }, labels);
  const { validate } = given;
  const { batches, validation } =
    validate === undefined
      ? { batches: all, validation: undefined }
      : await openValidation(validate, all, validatePatch);
  const own = readParameters(host, hostParameters(host, options.learn));
  const origin = {
    options: runOptions(given, stages, batches, validatePatch),
    host: host.identity().digest,
    adapter: adapter?.digest ?? 'none',
  };
  const state = beginOrGoOn(resume, origin, stages.at(-1)!.steps, () =>
    startState(new Map([...(adapter?.tensors ?? []), ...own]), options, origin),
  );
  return { adapter, labels, batches, state, validation, hostWeights: [...own.keys()] };
}
