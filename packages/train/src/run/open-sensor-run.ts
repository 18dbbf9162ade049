import { resolve } from 'node:path';
import { argument, GraftError, own } from '@pip-graft/onnx-graft';
import { initSensor, type Sensor } from '@pip-graft/pip-core';
import { readSensor, resolveAdapter } from '@pip-graft/pip-core/node';
import { checkBatchOptions } from '../data/batch.ts';
import { checkPhotos } from '../data/check-photos.ts';
import { listPhotos } from '../data/photos.ts';
import { sensorGraph } from '../trainer/sensor.ts';
import { startState } from '../trainer/train-adapter.ts';
import { type StepOptions, sensorPatches } from '../trainer/train-options.ts';
import type { Run, RunRequest } from './open-run.ts';
import { beginOrGoOn, earlierDigests, runFiles, sensorRunOptions } from './resume.ts';
import { TrainLog } from './train-log.ts';
import { trainingData } from './training-data.ts';

/** Options of a run that trains a sensor: for labels, or for the labels of an adapter. */
export interface SensorRequest
  extends Pick<
    RunRequest,
    'labels' | 'data' | 'pairs' | 'pixels' | 'output' | 'resume' | 'checkpointing'
  > {
  readonly adapter?: string | undefined;
  /** Folder of a sensor to start from, with the same labels; default: random weights. */
  readonly from?: string | undefined;
  readonly options: StepOptions;
  /** Folders of photos that show a label's degradation as they are, by label. */
  readonly examples?: Readonly<Record<string, string>> | undefined;
}

/** A run that trains a sensor. */
export interface SensorRun extends Run {
  /** The sensor before training. */
  readonly sensor: Sensor;
}

/**
 * Reads and checks everything that a run needs before computing anything.
 *
 * Errors: `INVALID_ARGUMENT` for invalid labels; `ADAPTER_MISMATCH` for a state of other options;
 * those of adapters, images and states.
 *
 * @param cwd where packages of adapters are looked up
 */
export async function openSensorRun(
  request: SensorRequest,
  cwd = process.cwd(),
): Promise<SensorRun> {
  argument.requireMembers(request, 'openSensorRun', { options: 'an object', output: 'text' });
  const { options, output, checkpointing = false } = request;
  const labels = labelsFor(request, cwd);
  const sensor = startOf(request, labels, cwd);
  const common = await trainingData(
    { data: request.data, pairs: request.pairs, pixels: request.pixels },
    labels,
    options,
  );
  const made = labels.filter((label) => own(common.pairs ?? {}, label) === undefined);
  const patches = made.length > 1 ? sensorPatches : { ...sensorPatches, mixed: 0 };
  const examples = await listExamples(request.examples);
  const batches = { ...common, ...patches, ...(examples ? { examples } : {}) };
  checkBatchOptions(batches);
  await checkPhotos(batches, options.patch);
  const origin = {
    options: sensorRunOptions(options, batches),
    host: 'none',
    adapter: sensor.digest ?? 'none',
  };
  const files = runFiles(output);
  const begin = () => startState(sensor.tensors, options, origin);
  const total = options.steps;
  const saved = request.resume ? files.state : undefined;
  const begun = beginOrGoOn(saved, origin, total, begin, earlierDigests(batches));
  const graph = sensorGraph(sensor.config, { ...options, checkpointing });
  return {
    sensor,
    labels,
    total,
    sizeMultiple: 1,
    batches,
    begun,
    files,
    checkpointing,
    stages: [options],
    left: begun.step < total ? [{ graph, options }] : [],
    log: new TrainLog(files.log, begun.step, graph.figure),
  };
}

/** The sensor before training. Errors: those of `readSensor`; `ADAPTER_MISMATCH` for other labels. */
function startOf({ from, options }: SensorRequest, labels: readonly string[], cwd: string): Sensor {
  if (from === undefined) return initSensor({ labels, seed: options.seed });
  const sensor = readSensor(resolve(cwd, from));
  const found = sensor.config.labels;
  if (found.join() === labels.join()) return sensor;
  throw new GraftError(
    'ADAPTER_MISMATCH',
    `${from}: it detects ${found.join(', ')}, not ${labels.join(', ')}; name its labels in its order, or start from another.`,
  );
}

async function listExamples(folders: SensorRequest['examples']) {
  if (folders === undefined) return undefined;
  const listed = Object.entries(folders).map(
    async ([label, folder]) => [label, await listPhotos(folder)] as const,
  );
  return Object.fromEntries(await Promise.all(listed));
}

function labelsFor({ labels, adapter }: SensorRequest, cwd: string): readonly string[] {
  if ((labels === undefined) === (adapter === undefined))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `labels of the sensor: ${labels === undefined ? 'none were passed' : 'passed, and an adapter too'}; give either labels (--labels noise+rain) or an adapter, whose labels these are (--adapter).`,
    );
  if (labels !== undefined) return labels;
  const found = resolveAdapter(adapter!, cwd);
  if (found.kind === 'adapter') return found.adapter.config.labels;
  throw new GraftError('INVALID_ARGUMENT', 'adapter init: give labels instead.');
}
