import type { BatchOptions, TrainingState, TrainOptions } from '@pip-graft/train';
import { version } from '../version.ts';
import type { TrainLog, ValidationLine } from './csv-file.ts';
import type { OpenRun } from './open-run.ts';
import { meanOf, rounded } from './spell.ts';
import type { TrainRequest } from './train-request.ts';

/** What a run was, for its record. */
export interface RecordedRun {
  readonly given: TrainRequest;
  readonly stages: readonly TrainOptions[];
  readonly opened: OpenRun;
  /** At the end of the run. */
  readonly state: TrainingState;
  readonly log: TrainLog;
  /** The validation whose state is kept; undefined where the last one is. */
  readonly best: ValidationLine | undefined;
}

/** The record that an adapter carries of its training. */
export function trainingRecord(run: RecordedRun): Readonly<Record<string, unknown>> {
  const { given, stages, opened, state, log, best } = run;
  const { loss, figure } = meanOf(log.lines, firstOf(stages, state.step));
  const { average, promptRate, first: _, endRate: __, ...rest } = stages[0]!;
  const { validation } = opened;
  return {
    ...{ tool: `graft ${version}`, ...rest },
    ...(average === null ? {} : { average }),
    ...(promptRate === null ? {} : { promptRate }),
    ...(given.stage ? { stages: stages.map(stageOf) } : {}),
    ...{ steps: state.step, ofSteps: stages.at(-1)!.steps },
    ...patchesRecord(opened.batches),
    ...(stages.some(({ spikes }) => spikes) ? { spikeSteps: spikeSteps(log) } : {}),
    ...(state.changes.length > 0 ? { changes: state.changes } : {}),
    ...(validation ? { validation: validationOf(validation, best) } : {}),
    ...{ lastLoss: rounded(loss), lastPsnr: rounded(figure) },
  };
}

/** What patches were made of, with every share and range in force. */
export function patchesRecord(batches: BatchOptions): Readonly<Record<string, unknown>> {
  const { photos, pairs, patch: _, batch: __, labels: ___, seed: ____, ...made } = batches;
  return { photos: photos.length, ...(pairs ? { pairs: Object.keys(pairs) } : {}), ...made };
}

/** Steps on which the rule for spikes acted. */
export function spikeSteps({ lines }: TrainLog): number {
  return lines.filter(({ spike }) => spike).length;
}

function stageOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return { steps: steps - first, batch, patch, rate, endRate, warmup, loss };
}

function validationOf(
  { images, patch }: NonNullable<OpenRun['validation']>,
  best: ValidationLine | undefined,
) {
  const psnr = best && Object.entries(best.psnr).map(([label, each]) => [label, rounded(each)]);
  return {
    ...{ images, patch },
    ...(best && psnr
      ? { best: { step: best.step, mean: rounded(best.mean), psnr: Object.fromEntries(psnr) } }
      : {}),
  };
}

/** Steps before the stage that a step is of. */
export function firstOf(stages: readonly TrainOptions[], step: number): number {
  return stages.findLast(({ first }) => first < step)?.first ?? 0;
}
