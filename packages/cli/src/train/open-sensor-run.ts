import { GraftError, own } from '@pip-graft/onnx-graft';
import { initSensor, type Sensor } from '@pip-graft/pip-core';
import { resolveAdapter } from '@pip-graft/pip-core/node';
import { type BatchOptions, sensorPatches, startState, type TrainingState } from '@pip-graft/train';
import { beginOrGoOn } from './check-target.ts';
import { type BatchRequest, batchesOf, sensorRunOptions } from './run-options.ts';

/** What a run was asked for. */
export interface SensorRequest extends BatchRequest {
  readonly labels: readonly string[] | undefined;
  /** The adapter whose labels these are. */
  readonly adapter: string | undefined;
  /** The state to go on from, where there is to be one. */
  readonly resume: string | undefined;
}

/** A run that can begin. */
export interface SensorRun {
  /** As it starts. */
  readonly sensor: Sensor;
  readonly batches: BatchOptions;
  readonly state: TrainingState;
}

/**
 * Reads and checks all that a run needs before anything is computed.
 *
 * Errors: `INVALID_ARGUMENT` for labels that cannot be; `ADAPTER_MISMATCH` for a state of other
 * options; those of adapters, photos and states.
 */
export async function openSensorRun(request: SensorRequest, cwd: string): Promise<SensorRun> {
  const { options, resume } = request;
  const labels = labelsFor(request, cwd);
  const sensor = initSensor({ labels, seed: options.seed });
  const common = await batchesOf(request, labels);
  const made = labels.filter((label) => own(common.pairs ?? {}, label) === undefined);
  const patches = made.length > 1 ? sensorPatches : { ...sensorPatches, mixed: 0 };
  const batches = { ...common, ...patches };
  const origin = {
    ...{ options: sensorRunOptions(options, batches), host: 'none', adapter: 'none' },
  };
  const begin = () => startState(sensor.tensors, options, origin);
  return { sensor, batches, state: beginOrGoOn(resume, origin, options.steps, begin) };
}

function labelsFor({ labels, adapter }: SensorRequest, cwd: string): readonly string[] {
  if ((labels === undefined) === (adapter === undefined))
    throw new GraftError(
      'INVALID_ARGUMENT',
      'Give --labels, what the sensor looks for, or --adapter, whose labels these are.',
    );
  if (labels !== undefined) return labels;
  const found = resolveAdapter(adapter!, cwd);
  if (found.kind === 'adapter') return found.adapter.config.labels;
  throw new GraftError('INVALID_ARGUMENT', '--adapter init: give --labels instead.');
}
