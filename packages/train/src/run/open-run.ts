import { type OpenHost, openAdapter } from '@pip-graft/graft/node';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import type { BatchOptions } from '../data/batch.ts';
import { checkPhotos } from '../data/check-photos.ts';
import type { TrainingGraph } from '../graph/learner-graph.ts';
import { hostParameters, readParameters, trainingGraph } from '../graph/training-graph.ts';
import type { TrainingState } from '../state/training-state.ts';
import { startState } from '../trainer/train-adapter.ts';
import type { StepOptions, TrainOptions } from '../trainer/train-options.ts';
import {
  beginOrGoOn,
  earlierDigests,
  imagesDigest,
  type RunFiles,
  runFiles,
  runOptions,
  type ValidationRequest,
} from './resume.ts';
import { TrainLog } from './train-log.ts';
import { type DataRequest, requireRange, trainingData } from './training-data.ts';
import { openValidation, planValidation, type ValidationPlan } from './validator.ts';

/** Options of a training run. */
export interface RunRequest extends DataRequest, ValidationRequest {
  /** A folder, a package name, `init[:key=value,…]`, or `none` to train only the host. */
  readonly adapter: string;
  /** Degradations of a run without an adapter; default: noise. */
  readonly labels?: readonly string[] | undefined;
  /** Parts of the run, in order; see `stageOptions`. */
  readonly stages: readonly TrainOptions[];
  /** Recompute activations in the backward pass: less memory, more time, the same result. */
  readonly checkpointing?: boolean | undefined;
  /** Output of the run; its states and tables are written beside it. */
  readonly output: string;
  /** Continue from the saved state, if there is one. */
  readonly resume?: boolean | undefined;
}

/** A part of a run: its step as a model, and the options of its steps. */
export interface StageRun {
  readonly graph: TrainingGraph;
  readonly options: StepOptions;
}

/** A training run that is ready to start, of an adapter, a host or a sensor. */
export interface Run {
  readonly labels: readonly string[];
  readonly stages: readonly StepOptions[];
  /** Stages that remain. */
  readonly left: readonly StageRun[];
  /** Steps of the full run. */
  readonly total: number;
  /** Number that sides of patches must be multiples of. */
  readonly sizeMultiple: number;
  readonly batches: BatchOptions;
  /** State from which the run starts or continues. */
  readonly begun: TrainingState;
  readonly files: RunFiles;
  readonly log: TrainLog;
  readonly checkpointing: boolean;
  /** How the run is validated; undefined without validation. */
  readonly validation?: ValidationPlan | undefined;
}

/** A run that trains an adapter, a host, or both. */
export interface TrainingRun extends Run {
  readonly adapter: Adapter | null;
  /** Names of the host's weights that are learned too. */
  readonly hostWeights: readonly string[];
  readonly stages: readonly TrainOptions[];
}

/**
 * Reads and checks everything that a run needs before computing anything.
 *
 * Errors: `INVALID_ARGUMENT` for a patch that the host cannot take, and for validation images that
 * are also trained on; `UNSUPPORTED_HOST` for a host that does not take RGB of 0 to 1;
 * `ADAPTER_MISMATCH` for a state of another host, adapter or options; those of adapters, images and
 * states.
 *
 * @param cwd where packages of adapters are looked up
 * @example
 * const stages = [{ ...defaultTrainOptions, steps: 500 }];
 * const run = await openRun(host, { adapter: 'init', data: 'images/', stages, output: 'my-adapter' });
 */
export async function openRun(
  host: OpenHost,
  request: RunRequest,
  cwd = process.cwd(),
): Promise<TrainingRun> {
  argument.requireKind(host, {
    member: 'located',
    place: 'openRun',
    takes: 'a host, which `openHost` returns,',
  });
  argument.requireMembers(request, 'openRun: request', {
    stages: 'a list',
    output: 'text',
    adapter: 'text',
  });
  for (const stage of request.stages) {
    argument.requireMembers(stage, 'openRun: stages', { patch: 'a number', steps: 'a number' });
  }
  const { stages, output, checkpointing = false } = request;
  const [options] = stages as [TrainOptions];
  const alone = request.adapter === 'none';
  const adapter = alone ? null : await openAdapter(request.adapter, { for: host, cwd });
  const { sizeMultiple } = host.located;
  const validatePatch = request.validatePatch ?? stages.at(-1)!.patch;
  for (const patch of [...stages.map((stage) => stage.patch), validatePatch])
    if (patch % sizeMultiple !== 0)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `patch ${patch}: ${host.model.source.label} takes multiples of ${sizeMultiple}.`,
      );
  const labels = adapter?.config.labels ?? request.labels ?? ['noise'];
  const all = await trainingData(request, labels, options);
  await checkPhotos(all, Math.max(...stages.map(({ patch }) => patch)));
  const { validate } = request;
  const { batches, validation } =
    validate === undefined
      ? { batches: all, validation: undefined }
      : await openValidation(validate, all, validatePatch);
  const learn = options.learn;
  const own = readParameters(host, hostParameters(host, learn));
  // A folder counts by its images, as that of the training images does.
  const validated =
    typeof validate === 'string' ? imagesDigest(validation?.images ?? []) : validate;
  const origin = {
    options: runOptions({ ...request, validatePatch, validate: validated }, stages, batches),
    host: host.identity().digest,
    adapter: adapter?.digest ?? 'none',
  };
  const files = runFiles(output);
  const total = stages.at(-1)!.steps;
  const begin = () => startState(new Map([...(adapter?.tensors ?? []), ...own]), options, origin);
  const saved = request.resume ? files.state : undefined;
  const begun = beginOrGoOn(saved, origin, total, begin, {
    ...earlierDigests(batches),
    ...(validate === undefined ? {} : { validate }),
  });
  const left = stages
    .filter(({ steps }) => steps > begun.step)
    .map((stage) => ({
      options: stage,
      graph: trainingGraph(host, adapter, { ...stage, checkpointing }),
    }));
  if (left.length > 0) await requireRange(host);
  return {
    labels,
    left,
    total,
    sizeMultiple,
    batches,
    begun,
    files,
    checkpointing,
    adapter,
    stages,
    hostWeights: [...own.keys()],
    log: new TrainLog(files.log, begun.step, 'psnr'),
    validation:
      validation && planValidation(host, adapter, validation, begun, files, { ...request, learn }),
  };
}
