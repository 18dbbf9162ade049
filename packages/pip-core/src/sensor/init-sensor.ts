import { GraftError } from '@pip-graft/onnx-graft';
import { startParameters } from '../parameters/initial-parameters.ts';
import type { Sensor } from './sensor.ts';
import {
  defaultSensorSize,
  defaultSureness,
  type Sureness,
  sensorProblems,
} from './sensor-config.ts';
import { sensorParameters } from './sensor-parameters.ts';

/** Choices for a fresh sensor. */
export interface SensorInit {
  readonly labels: readonly string[];
  /** Default that of {@link defaultSensorSize}. */
  readonly widths?: readonly number[];
  /** Default that of {@link defaultSensorSize}. */
  readonly local?: number;
  /** Default that of {@link defaultSensorSize}. */
  readonly hidden?: number;
  /** Default {@link defaultSureness}. */
  readonly sure?: Sureness;
  readonly name?: string;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * A fresh, untrained sensor: weights Kaiming-uniform, biases zero.
 *
 * Errors: `INVALID_ARGUMENT` for labels, sizes or sureness that cannot be.
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
