import { hostOf } from '@pip-graft/graft';
import { nodeSha256, type OpenHost, saveModel } from '@pip-graft/graft/node';
import { replaceWeights } from '@pip-graft/onnx-graft';
import { writeAdapter, writeSensor } from '@pip-graft/pip-core/node';
import { openBatches } from '../data/open-batches.ts';
import type { TrainingState } from '../state/training-state.ts';
import { judgeSensor, type SensorFigures } from '../trainer/judge-sensor.ts';
import { learned } from '../trainer/train-adapter.ts';
import type { TrainingRun } from './open-run.ts';
import type { SensorRun } from './open-sensor-run.ts';
import type { RunResult } from './run-steps.ts';
import { rounded, sensorRecord, type TrainingRecord, trainingRecord } from './training-record.ts';
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
  { adapter: folder, host: file, name }: Keeping,
): Promise<{ readonly step: number; readonly training: TrainingRecord }> {
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
  { folder, name }: { readonly folder: string; readonly name: string },
): Promise<{ readonly byLabel: readonly SensorFigures[]; readonly training: TrainingRecord }> {
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
  const training = { ...sensorRecord(run, ended), ...(stopped ? {} : { labels: byLabel }) };
  await writeSensor(folder, { ...sensor, name, training });
  return { byLabel, training };
}

function shortened({ label, right, missed, falsely }: SensorFigures): SensorFigures {
  const round = (share: number | null) => (share === null ? null : rounded(share));
  return { label, right: round(right), missed: round(missed), falsely: round(falsely) };
}
