import { GraftError } from '@pip-graft/onnx-graft';
import { maxSensorChannels, maxSensorConvolutions } from '../config/limits.ts';
import { labelProblems } from '../config/validate-config.ts';
import { JsonObject } from '../json/json-object.ts';

/** Version of `sensor_config.json` that this library writes, and the newest it reads. */
export const sensorFormatVersion = 1;

/** What a sensor tells apart, and how large it is. */
export interface SensorConfig {
  /** At least two. */
  readonly labels: readonly string[];
  /** Channels of its convolutions, each of which halves the picture. */
  readonly widths: readonly number[];
}

/** What `sensor_config.json` says. */
export interface SensorDescription {
  readonly config: SensorConfig;
  /** Free-form record of how it was trained; null means untrained. */
  readonly training: Readonly<Record<string, unknown>> | null;
}

/** Channels of a sensor's convolutions where the caller says nothing: 720 multiply-adds a pixel. */
export const defaultSensorWidths: readonly number[] = [16, 32, 48, 64];

const code = 'ADAPTER_INVALID';

/** Everything wrong with a sensor's config, as sentences; empty when it is sound. */
export function sensorProblems({ labels, widths }: SensorConfig): string[] {
  const problems = labelProblems(labels);
  if (labels.length === 1) problems.push(`'${labels[0]}' is its only label; it takes two to tell`);
  if (widths.length < 1 || widths.length > maxSensorConvolutions)
    problems.push(`${widths.length} widths; it has 1 to ${maxSensorConvolutions} convolutions`);
  const wrong = widths.find(
    (width) => !(Number.isSafeInteger(width) && width >= 1 && width <= maxSensorChannels),
  );
  if (wrong !== undefined)
    problems.push(`width ${wrong} is not a whole number from 1 to ${maxSensorChannels}`);
  return problems;
}

/** The text of `sensor_config.json`. */
export function encodeSensorConfig({ config, training }: SensorDescription): string {
  const { labels, widths } = config;
  const members = { format_version: sensorFormatVersion, labels, widths, training };
  return `${JSON.stringify(members, null, 2)}\n`;
}

/**
 * Reads the text of `sensor_config.json`.
 *
 * Errors: `ADAPTER_INVALID` for text that is not such a config, a newer format version, an unknown
 * key, or labels and widths that cannot be.
 *
 * @example decodeSensorConfig(text).config.labels // ['noise', 'rain']
 */
export function decodeSensorConfig(text: string, place = 'sensor_config.json'): SensorDescription {
  const json = JsonObject.parse(text, place, code);
  const version = json.number('format_version');
  if (version !== sensorFormatVersion)
    throw new GraftError(
      code,
      `${place}: it has format version ${version}, but this version of PIP Graft reads ${sensorFormatVersion}; update PIP Graft.`,
    );
  json.only(['format_version', 'labels', 'widths', 'training']);
  const config = { labels: json.strings('labels'), widths: json.numbers('widths') };
  const problems = sensorProblems(config);
  if (problems.length > 0) throw new GraftError(code, `${place}: ${problems.join('; ')}.`);
  return {
    config,
    training: json.optional('training', (key) => {
      const record = json.object(key).plain();
      if (Object.keys(record).length > 0) return record;
      throw json.error(key, 'is an empty record; null means untrained');
    }),
  };
}
