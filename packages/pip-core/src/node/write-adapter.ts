import { argument } from '@pip-graft/onnx-graft';
import { type Adapter, checkAdapter } from '../adapter/adapter.ts';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { encodeAdapter } from '../adapter/adapter-text.ts';
import { modelCard } from '../adapter/model-card.ts';
import { adapterPackageJson } from '../adapter/package-json.ts';
import { type Sensor, sensorFiles } from '../sensor/sensor.ts';
import { encodeSensor, sensorCard } from '../sensor/sensor-text.ts';
import { writeFolder } from './write-folder.ts';

/**
 * Writes an adapter folder: config, tensors, model card and `package.json`.
 *
 * All files are written beside their targets first and then renamed, so that a full disk leaves
 * what was there. Does not write into a folder that holds something other than an adapter.
 * Errors: `ADAPTER_INVALID`, `WRITE_FAILED`.
 *
 * @example await writeAdapter('adapters/rain', adapter)
 */
export async function writeAdapter(folder: string, adapter: Adapter): Promise<void> {
  const takes = 'an adapter, which `openAdapter` returns,';
  argument.requireKind(adapter, { member: 'config', place: 'writeAdapter', takes });
  argument.requirePath(folder, 'writeAdapter');
  const { config, tensors } = encodeAdapter(checkAdapter(adapter));
  await writeFolder(folder, 'an adapter', [
    [adapterFiles.tensors, tensors],
    [adapterFiles.card, modelCard(adapter)],
    [adapterFiles.package, adapterPackageJson(adapter)],
    // Last: this file makes the folder an adapter.
    [adapterFiles.config, config],
  ]);
}

/**
 * Writes a sensor folder: config, tensors and card. All or none, like `writeAdapter`.
 *
 * Errors: `ADAPTER_INVALID`, `WRITE_FAILED`.
 *
 * @example await writeSensor('adapters/rain/sensor', sensor) // where that adapter's own sensor is
 */
export async function writeSensor(folder: string, sensor: Sensor): Promise<void> {
  argument.requirePath(folder, 'writeSensor');
  const { config, tensors } = encodeSensor(sensor);
  await writeFolder(folder, 'a sensor', [
    [sensorFiles.tensors, tensors],
    [sensorFiles.card, sensorCard(sensor)],
    [sensorFiles.config, config],
  ]);
}
