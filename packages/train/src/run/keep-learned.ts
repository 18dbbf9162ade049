import { hostOf, version } from '@pip-graft/graft';
import { nodeSha256, type OpenHost, saveModel } from '@pip-graft/graft/node';
import { argument, replaceWeights } from '@pip-graft/onnx-graft';
import { writeAdapter, writeSensor } from '@pip-graft/pip-core/node';
import type { BatchOptions } from '../data/batch.ts';
import { openBatches } from '../data/open-batches.ts';
import type { TrainingState } from '../state/training-state.ts';
import { judgeSensor, type SensorFigures } from '../trainer/sensor.ts';
import { learned } from '../trainer/train-adapter.ts';
import type { TrainOptions } from '../trainer/train-options.ts';
import type { Run, TrainingRun } from './open-run.ts';
import type { SensorRun } from './open-sensor-run.ts';
import type { RunResult } from './run-steps.ts';
import { meanOf, type TrainLog, type ValidationLine } from './train-log.ts';
import { readBest } from './validator.ts';

/** Where to write what was learned: an adapter, a host, or both. */
export interface Keeping {
  /** Folder. */
  readonly adapter?: string | undefined;
  /** ONNX file. */
  readonly host?: string | undefined;
  /** Name of the adapter. */
  readonly name: string;
}

/**
 * Writes what was learned: the best state if the run was validated, else the last. Binds an adapter
 * learned along with its host to the written host.
 *
 * Errors: `WRITE_FAILED`.
 *
 * @returns the step whose state is kept, and the adapter's training record
 * @example await keepLearned(host, run, ended, { adapter: 'my-adapter', name: 'my-adapter' });
 */
export async function keepLearned(
  host: OpenHost,
  run: TrainingRun,
  ended: RunResult,
  keeping: Keeping,
): Promise<{ readonly step: number; readonly training: TrainingRecord }> {
  argument.requireKind(host, {
    member: 'located',
    place: 'keepLearned',
    takes: 'a host, which `openHost` returns,',
  });
  argument.requireKind(run, {
    member: 'hostWeights',
    place: 'keepLearned',
    takes: 'a run, which `openRun` returns,',
  });
  argument.requireKind(ended, {
    member: 'state',
    place: 'keepLearned',
    takes: 'the result of `runSteps`',
  });
  argument.requireMembers(keeping, 'keepLearned', { name: 'text' });
  const { adapter: folder, host: file, name } = keeping;
  const state = keptOf(run, ended);
  const training = trainingRecord(run, ended);
  const tensors = learned(state);
  let { base } = run.adapter ?? {};
  if (file !== undefined) {
    const weights = run.hostWeights.map((each) => [each, tensors.get(each)!.data] as const);
    const model = replaceWeights(host.model, new Map(weights));
    await saveModel(model, file);
    const made = hostOf(model, { newHash: nodeSha256 });
    if (base) base = { ...base, ...made.identity() };
  }
  if (folder !== undefined && run.adapter && base) {
    const own = new Map([...run.adapter.tensors.keys()].map((key) => [key, tensors.get(key)!]));
    await writeAdapter(folder, { ...run.adapter, name, base, tensors: own, training });
  }
  return { step: state.step, training };
}

function keptOf({ files }: TrainingRun, { state, best }: RunResult): TrainingState {
  if (best === null || best.step === state.step) return state;
  return readBest(files.best, state) ?? state;
}

/** Number of batches on which to judge a trained sensor. */
const judged = 40;

/**
 * Writes a sensor, with its accuracy per label in its record. Does not judge a stopped run, which
 * should end at once.
 *
 * Errors: `WRITE_FAILED`; those of batches and of the runtime.
 */
export async function keepSensor(
  run: SensorRun,
  ended: RunResult,
  keeping: { readonly folder: string; readonly name: string },
): Promise<{ readonly byLabel: readonly SensorFigures[]; readonly training: TrainingRecord }> {
  argument.requireKind(run, {
    member: 'sensor',
    place: 'keepSensor',
    takes: 'a run, which `openSensorRun` returns,',
  });
  argument.requireKind(ended, {
    member: 'state',
    place: 'keepSensor',
    takes: 'the result of `runSteps`',
  });
  argument.requireMembers(keeping, 'keepSensor', { folder: 'text', name: 'text' });
  const { folder, name } = keeping;
  const { state } = ended;
  const sensor = { ...run.sensor, tensors: learned(state) };
  const stopped = state.step < run.total;
  let byLabel: SensorFigures[] = [];
  if (!stopped) {
    // The same photos with other degradations, from the batch after the last.
    const step = state.step * run.stages[0]!.accumulate;
    const batches = await openBatches({ ...run.batches, step, workers: 0 });
    byLabel = (await judgeSensor(sensor, batches, judged)).map(shortened);
    await batches.close();
  }
  const { training: before } = run.sensor;
  const training = {
    ...sensorRecord(run, ended),
    ...(stopped ? {} : { labels: byLabel }),
    ...(before ? { from: before } : {}),
  };
  await writeSensor(folder, { ...sensor, name, training });
  return { byLabel, training };
}

function shortened({ label, right, missed, falsely }: SensorFigures): SensorFigures {
  const round = (share: number | null) => (share === null ? null : rounded(share));
  return { label, right: round(right), missed: round(missed), falsely: round(falsely) };
}

/** A record of training, as JSON. */
export type TrainingRecord = Readonly<Record<string, unknown>>;

const tool = `graft ${version}`;

/** Returns an adapter's record of its training. */
function trainingRecord(run: TrainingRun, { state, best }: RunResult): TrainingRecord {
  const { stages, log, validation } = run;
  const { loss, value } = recent(run, state.step);
  const { average, promptRate, first: _, endRate: __, ...rest } = stages[0]!;
  return {
    tool,
    ...rest,
    ...(average === null ? {} : { average }),
    ...(promptRate === null ? {} : { promptRate }),
    ...(stages.length > 1 ? { stages: stages.map(stageOf) } : {}),
    steps: state.step,
    ofSteps: run.total,
    ...patchesRecord(run.batches),
    ...(stages.some(({ spikes }) => spikes) ? { spikeSteps: spikeSteps(log) } : {}),
    ...(state.changes.length > 0 ? { changes: state.changes } : {}),
    ...(validation ? { validation: validationOf(validation, best) } : {}),
    lastLoss: rounded(loss),
    lastPsnr: rounded(value),
  };
}

/** Returns a sensor's record of its training. */
function sensorRecord(run: SensorRun, { state }: RunResult): TrainingRecord {
  const { spikes: _, promptRate: __, first: ___, endRate: ____, ...kept } = run.stages[0]!;
  const { loss, value } = recent(run, state.step);
  return {
    tool,
    ...kept,
    steps: state.step,
    ofSteps: run.total,
    ...patchesRecord(run.batches),
    lastLoss: rounded(loss),
    lastAccuracy: rounded(value),
  };
}

/** Returns means over the last steps of a step's stage, and their number. */
export function recent({ log, stages }: Run, step: number) {
  const first = stages.findLast((stage) => stage.first < step)?.first ?? 0;
  const { loss, figure: value, count } = meanOf(log.lines, first);
  return { loss, value, count };
}

/** Counts the steps on which the rule for spikes acted. */
function spikeSteps({ lines }: TrainLog): number {
  return lines.filter(({ spike }) => spike).length;
}

/** Rounds a figure to four digits, for a record. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Returns what patches were made of, with all shares and ranges. */
function patchesRecord(batches: BatchOptions): TrainingRecord {
  const {
    photos,
    pairs,
    examples,
    patch: _,
    batch: __,
    labels: ___,
    seed: ____,
    ...made
  } = batches;
  return {
    photos: photos.length,
    ...(pairs ? { pairs: Object.keys(pairs) } : {}),
    ...(examples ? { examples: countsOf(examples) } : {}),
    ...made,
  };
}

function countsOf(examples: NonNullable<BatchOptions['examples']>) {
  return Object.fromEntries(Object.entries(examples).map(([label, all]) => [label, all.length]));
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
    images: images.length,
    patch,
    ...(best && psnr
      ? { best: { step: best.step, mean: rounded(best.mean), psnr: Object.fromEntries(psnr) } }
      : {}),
  };
}
