import { GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import { throwProblems } from '../adapter/adapter.ts';
import { brokenNumbers, startParameters, unlikeSpecs } from '../parameters/initial-parameters.ts';
import {
  defaultSensorSize,
  defaultSureness,
  type SensorConfig,
  type SensorDescription,
  type Sureness,
  sensorProblems,
} from './sensor-config.ts';
import { sensorNames, sensorParameters } from './sensor-parameters.ts';

/** A classifier that finds the degradations in an image: none, one or several. */
export interface Sensor extends SensorDescription {
  readonly name: string;
  /** By name; see `sensorParameters`. */
  readonly tensors: TensorMap;
  /** `sha256:…` of config and tensors; null until the `node` entry point has computed it. */
  readonly digest: string | null;
}

/**
 * Returns a sensor if its config is valid and its tensors are exactly the config's.
 *
 * Errors: `ADAPTER_INVALID`, naming the problems and every tensor concerned.
 */
export function checkSensor(sensor: Sensor): Sensor {
  const { config, tensors, name } = sensor;
  const place = `sensor '${name}'`;
  requireConfig(config, place);
  const unlike = unlikeSpecs(tensors, sensorParameters(config));
  throwProblems([...unlike, ...brokenNumbers(tensors)], place);
  return sensor;
}

function requireConfig(config: SensorConfig, place: string): void {
  const problems = sensorProblems(config);
  if (problems.length > 0)
    throw new GraftError('ADAPTER_INVALID', `${place}: ${problems.join('; ')}.`);
}

/** The files of a sensor folder. */
export const sensorFiles = {
  config: 'sensor_config.json',
  tensors: 'sensor_model.safetensors',
  card: 'README.md',
} as const;

/** Folder of an adapter's own sensor. */
export const sensorFolder = 'sensor';

/** Options of a fresh sensor. */
export interface SensorInit {
  readonly labels: readonly string[];
  /** Default: that of {@link defaultSensorSize}. */
  readonly widths?: readonly number[];
  /** Default: that of {@link defaultSensorSize}. */
  readonly local?: number;
  /** Default: that of {@link defaultSensorSize}. */
  readonly hidden?: number;
  /** Default: {@link defaultSureness}. */
  readonly sure?: Sureness;
  readonly name?: string;
  /** Default: 0. */
  readonly seed?: number;
}

/**
 * Creates an untrained sensor: weights Kaiming-uniform, biases zero.
 *
 * Errors: `INVALID_ARGUMENT` for invalid labels, sizes or sureness.
 *
 * @example initSensor({ labels: ['noise', 'rain'], seed: 7 })
 */
export function initSensor(options: SensorInit): Sensor {
  const { labels, name = 'sensor', seed = 0 } = options;
  const { widths, local, hidden } = { ...defaultSensorSize, ...options };
  const config = { labels, widths, local, hidden, sure: options.sure ?? defaultSureness };
  const problems = sensorProblems(config);
  if (problems.length > 0)
    throw new GraftError('INVALID_ARGUMENT', `A sensor: ${problems.join('; ')}.`);
  const tensors = startParameters(sensorParameters(config), seed);
  return { name, config, tensors, training: null, digest: null };
}

/**
 * Puts a sensor's labels, and the rows of its last layer, in another order.
 *
 * Errors: `INVALID_ARGUMENT` if these are not its labels.
 */
export function orderSensor(sensor: Sensor, labels: readonly string[]): Sensor {
  const { config, tensors, name } = sensor;
  const order = labels.map((label) => config.labels.indexOf(label));
  if (order.length !== config.labels.length || order.includes(-1))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `sensor '${name}': its labels are ${config.labels.join(', ')}, not ${labels.join(', ')}.`,
    );
  const { weight, bias } = sensorNames.layers.linear;
  const ordered = [weight, bias].map((key) => [key, rows(tensors.get(key)!, order)] as const);
  return {
    ...sensor,
    config: { ...config, labels },
    tensors: new Map([...tensors, ...ordered]),
  };
}

function rows({ dims, data }: FloatTensor, order: readonly number[]): FloatTensor {
  const size = data.length / order.length;
  const ordered = new Float32Array(data.length);
  for (const [at, from] of order.entries())
    ordered.set(data.subarray(from * size, (from + 1) * size), at * size);
  return { dims, data: ordered };
}
