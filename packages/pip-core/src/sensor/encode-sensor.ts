import { writeSafetensors } from '@pip-graft/weights';
import { checkSensor, type Sensor } from './sensor.ts';
import { encodeSensorConfig } from './sensor-config.ts';

/** A sensor as the contents of its two files that are read again. */
export interface EncodedSensor {
  /** `sensor_config.json`. */
  readonly config: string;
  /** `sensor_model.safetensors`, float32. */
  readonly tensors: Uint8Array;
}

/**
 * The contents of a sensor's files; the same sensor always gives the same bytes.
 *
 * Errors: `ADAPTER_INVALID`.
 *
 * @example const { config, tensors } = encodeSensor(sensor);
 */
export function encodeSensor(sensor: Sensor): EncodedSensor {
  const { tensors } = checkSensor(sensor);
  return { config: encodeSensorConfig(sensor), tensors: writeSafetensors(tensors) };
}
