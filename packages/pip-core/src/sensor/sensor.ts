import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { throwProblems } from '../adapter/adapter.ts';
import { brokenNumbers, unlikeSpecs } from '../parameters/check-tensors.ts';
import { type SensorConfig, type SensorDescription, sensorProblems } from './sensor-config.ts';
import { sensorParameters } from './sensor-parameters.ts';

/** A classifier that tells from an image which degradations it has: none, one or several. */
export interface Sensor extends SensorDescription {
  readonly name: string;
  /** By name; see `sensorParameters`. */
  readonly tensors: TensorMap;
  /** `sha256:…` of config and tensors; null until the `node` door has taken it. */
  readonly digest: string | null;
}

/**
 * Gives a sensor back when its config is sound and its tensors are exactly the config's.
 *
 * Errors: `ADAPTER_INVALID`, naming what is wrong and every tensor that is.
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
