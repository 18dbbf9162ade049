import { writeSafetensors } from '@pip-graft/weights';
import { checkSensor, type Sensor } from './sensor.ts';
import { encodeSensorConfig } from './sensor-config.ts';

/** A sensor as the contents of its files, and its name, which is that of its folder. */
export interface EncodedSensor {
  /** Default `sensor`. */
  readonly name?: string;
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
 * @example decodeSensor(encodeSensor(sensor)).name === sensor.name
 */
export function encodeSensor(sensor: Sensor): Required<EncodedSensor> {
  const { name, tensors } = checkSensor(sensor);
  return { name, config: encodeSensorConfig(sensor), tensors: writeSafetensors(tensors) };
}
