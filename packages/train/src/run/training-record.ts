import { version } from '@pip-graft/graft';
import type { BatchOptions } from '../data/batch.ts';
import type { TrainOptions } from '../trainer/train-options.ts';
import type { Run, TrainingRun } from './open-run.ts';
import type { SensorRun } from './open-sensor-run.ts';
import type { RunResult } from './run-steps.ts';
import { meanOf, type TrainLog, type ValidationLine } from './train-log.ts';

/** A record of training, as JSON. */
export type TrainingRecord = Readonly<Record<string, unknown>>;

const tool = `graft ${version}`;

/** Returns an adapter's record of its training. */
export function trainingRecord(run: TrainingRun, { state, best }: RunResult): TrainingRecord {
  const { stages, log, validation } = run;
  const { loss, value } = recent(run, state.step);
  const { average, promptRate, first: _, endRate: __, ...rest } = stages[0]!;
  return {
    ...{ tool, ...rest },
    ...(average === null ? {} : { average }),
    ...(promptRate === null ? {} : { promptRate }),
    ...(stages.length > 1 ? { stages: stages.map(stageOf) } : {}),
    ...{ steps: state.step, ofSteps: run.total },
    ...patchesRecord(run.batches),
    ...(stages.some(({ spikes }) => spikes) ? { spikeSteps: spikeSteps(log) } : {}),
    ...(state.changes.length > 0 ? { changes: state.changes } : {}),
    ...(validation ? { validation: validationOf(validation, best) } : {}),
    ...{ lastLoss: rounded(loss), lastPsnr: rounded(value) },
  };
}

/** Returns a sensor's record of its training. */
export function sensorRecord(run: SensorRun, { state }: RunResult): TrainingRecord {
  const { spikes: _, promptRate: __, first: ___, endRate: ____, ...kept } = run.stages[0]!;
  const { loss, value } = recent(run, state.step);
  return {
    ...{ tool, ...kept, steps: state.step, ofSteps: run.total },
    ...patchesRecord(run.batches),
    ...{ lastLoss: rounded(loss), lastAccuracy: rounded(value) },
  };
}

/** Returns means over the last steps of a step's stage, and their number. */
export function recent({ log, stages }: Run, step: number) {
  const first = stages.findLast((stage) => stage.first < step)?.first ?? 0;
  const { loss, figure: value, count } = meanOf(log.lines, first);
  return { loss, value, count };
}

/** Counts the steps on which the rule for spikes acted. */
export function spikeSteps({ lines }: TrainLog): number {
  return lines.filter(({ spike }) => spike).length;
}

/** Rounds a figure to four digits, for a record. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Returns what patches were made of, with all shares and ranges. */
function patchesRecord(batches: BatchOptions): TrainingRecord {
  const { photos, pairs, patch: _, batch: __, labels: ___, seed: ____, ...made } = batches;
  return { photos: photos.length, ...(pairs ? { pairs: Object.keys(pairs) } : {}), ...made };
}

function stageOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return { steps: steps - first, batch, patch, rate, endRate, warmup, loss };
}

function validationOf(
  { images, patch }: NonNullable<Run['validation']>,
  best: ValidationLine | null,
) {
  const psnr = best && Object.entries(best.psnr).map(([label, each]) => [label, rounded(each)]);
  return {
    ...{ images, patch },
    ...(best && psnr
      ? { best: { step: best.step, mean: rounded(best.mean), psnr: Object.fromEntries(psnr) } }
      : {}),
  };
}
