import { argument, type ByteSource, bytesSource } from '@pip-graft/onnx-graft';
import {
  elementCount,
  openSafetensors,
  type TensorMap,
  writeSafetensors,
} from '@pip-graft/weights';
import { throwProblems } from '../adapter/adapter.ts';
import { inMarkdown, inShell } from '../adapter/model-card.ts';
import { unlikeSpecs } from '../parameters/initial-parameters.ts';
import { checkSensor, type Sensor, sensorFiles } from './sensor.ts';
import { decodeSensorConfig, encodeSensorConfig, type SensorConfig } from './sensor-config.ts';
import { sensorCost, sensorParameters } from './sensor-parameters.ts';

/** The contents of a sensor's files, and its name, which is that of its folder. */
export interface EncodedSensor {
  /** Default: `sensor`. */
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
  argument.requireKind(sensor, { member: 'config', place: 'encodeSensor', takes: 'a sensor' });
  const { name, tensors } = checkSensor(sensor);
  return { name, config: encodeSensorConfig(sensor), tensors: writeSafetensors(tensors) };
}

/**
 * Decodes a sensor from the contents of its files, whatever their origin; it has no digest.
 *
 * Errors: `ADAPTER_INVALID` for an invalid config or tensors; `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example decodeSensor({ name: 'my-sensor', config: text, tensors: bytes }).config.labels
 */
export function decodeSensor(encoded: EncodedSensor): Sensor {
  argument.requireKind(encoded, {
    member: 'config',
    place: 'decodeSensor',
    takes: 'the contents of its files as { name, config, tensors }',
  });
  const { name = 'sensor', config: text, tensors } = encoded;
  const description = decodeSensorConfig(text, `${name}: ${sensorFiles.config}`);
  const source = bytesSource(tensors, `${name}: ${sensorFiles.tensors}`);
  const read = readSensorTensors(source, description.config);
  return checkSensor({ name, ...description, tensors: read, digest: null });
}

/** Reads tensors only after checking that their names and shapes match the config. */
export function readSensorTensors(source: ByteSource, config: SensorConfig): TensorMap {
  const { headers, load } = openSafetensors(source);
  throwProblems(unlikeSpecs(headers, sensorParameters(config)), source.label);
  return new Map([...headers.keys()].map((name) => [name, load(name)]));
}

/** What applies to some labels. */
function exceptions({ sure }: SensorConfig): string {
  return Object.entries(sure.labels ?? {})
    .map(([label, { from, full }]) => `; ${inMarkdown(label)} from ${from} and ${full}`)
    .join('');
}

/** The text of a sensor's `README.md`: its labels, its cost, whether it was trained. */
export function sensorCard({ name, config, training }: Sensor): string {
  const parameters = sensorParameters(config).reduce(
    (sum, { dims }) => sum + elementCount(dims),
    0,
  );
  const trained =
    training === null
      ? '**Untrained.** Its parameters are random; what it finds means nothing.'
      : `Trained:\n\n\`\`\`json\n${JSON.stringify(training, null, 2)}\n\`\`\``;
  return `# ${inMarkdown(name)}

Tells from an image which degradations it has: ${config.labels.map(inMarkdown).join(', ')}; none, one or several. A label acts from a probability of ${config.sure.from} on, and fully from ${config.sure.full}${exceptions(config)}. ${parameters.toLocaleString('en-US')} parameters, ${Math.round(sensorCost(config))} multiply-adds a pixel.

${trained}

\`\`\`sh
npx graft apply HOST.onnx --adapter ADAPTER --auto ${inShell(`./${name}`)} -o OUT.onnx
\`\`\`
`;
}
