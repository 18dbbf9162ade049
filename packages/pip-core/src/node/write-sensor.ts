import { type Sensor, sensorFiles } from '../sensor/sensor.ts';
import { encodeSensor, sensorCard } from '../sensor/sensor-text.ts';
import { writeFolder } from './write-folder.ts';

/**
 * Writes a sensor folder: config, tensors and card. All or none, as `writeAdapter` does.
 *
 * Errors: `ADAPTER_INVALID`, `WRITE_FAILED`.
 *
 * @example await writeSensor('adapters/rain/sensor', sensor) // where that adapter's own sensor is
 */
export async function writeSensor(folder: string, sensor: Sensor): Promise<void> {
  const { config, tensors } = encodeSensor(sensor);
  await writeFolder(folder, 'a sensor', [
    [sensorFiles.tensors, tensors],
    [sensorFiles.card, sensorCard(sensor)],
    [sensorFiles.config, config],
  ]);
}
