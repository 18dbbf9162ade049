import { type ByteSource, bytesSource } from '@pip-graft/onnx-graft';
import { openSafetensors, type TensorMap } from '@pip-graft/weights';
import { throwProblems } from '../adapter/adapter.ts';
import { unlikeSpecs } from '../parameters/check-tensors.ts';
import type { EncodedSensor } from './encode-sensor.ts';
import { checkSensor, type Sensor } from './sensor.ts';
import { decodeSensorConfig, type SensorConfig } from './sensor-config.ts';
import { sensorFiles } from './sensor-files.ts';
import { sensorParameters } from './sensor-parameters.ts';

/**
 * A sensor from the contents of its files, wherever they come from; it has no digest.
 *
 * Errors: `ADAPTER_INVALID` for a config or tensors that are not sound; `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example decodeSensor({ name: 'my-sensor', config: text, tensors: bytes }).config.labels
 */
export function decodeSensor({ name = 'sensor', config: text, tensors }: EncodedSensor): Sensor {
  const description = decodeSensorConfig(text, `${name}: ${sensorFiles.config}`);
  const source = bytesSource(tensors, `${name}: ${sensorFiles.tensors}`);
  const read = readSensorTensors(source, description.config);
  return checkSensor({ name, ...description, tensors: read, digest: null });
}

/** Tensors are read only once their names and shapes are known to be those of the config. */
export function readSensorTensors(source: ByteSource, config: SensorConfig): TensorMap {
  const { headers, load } = openSafetensors(source);
  throwProblems(unlikeSpecs(headers, sensorParameters(config)), source.label);
  return new Map([...headers.keys()].map((name) => [name, load(name)]));
}
