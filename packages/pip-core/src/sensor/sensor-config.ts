import { GraftError, own } from '@pip-graft/onnx-graft';
import * as z from 'zod/mini';
import {
  labelProblems,
  maxSensorChannels,
  maxSensorConvolutions,
} from '../config/validate-config.ts';
import { Json, trainingRecord } from '../json/read-json.ts';

/** Version of `sensor_config.json` that this library writes, and the newest it reads. */
export const sensorFormatVersion = 1;

/** Labels, sizes and thresholds of a sensor. */
export interface SensorConfig {
  readonly labels: readonly string[];
  /** Channels of its convolutions; each halves the image. */
  readonly widths: readonly number[];
  /** Width of the two layers that judge each place. */
  readonly local: number;
  /** Width of the layer between the statistics over all places and the labels. */
  readonly hidden: number;
  readonly sure: Sureness;
}

/** Thresholds of a sensor, and those of labels that are found more or less reliably than others. */
export interface Sureness extends Thresholds {
  readonly labels?: Readonly<Record<string, Thresholds>> | undefined;
}

/** Thresholds of certainty: a probability p becomes the weight (p − from) / (full − from). */
export interface Thresholds {
  /** Up to this probability the weight is exactly 0. */
  readonly from: number;
  /** From this probability on the weight is exactly 1. */
  readonly full: number;
}

/** Contents of `sensor_config.json`. */
export interface SensorDescription {
  readonly config: SensorConfig;
  /** Free-form record of the training; null means untrained. */
  readonly training: Readonly<Record<string, unknown>> | null;
}

/** Default size of a sensor: 520 multiply-adds per pixel. */
export const defaultSensorSize = { widths: [16, 24, 32, 48], local: 48, hidden: 32 } as const;

/** A label acts well above even odds: clean photographs of other cameras come close to those. */
export const defaultSureness: Sureness = { from: 0.6, full: 0.9 };

/** The thresholds of a label. */
export function thresholdsOf({ labels, from, full }: Sureness, label: string): Thresholds {
  return own(labels ?? {}, label) ?? { from, full };
}

const code = 'ADAPTER_INVALID';

const thresholds = { from: z.number(), full: z.number() };

const format = z.strictObject({
  format_version: z.number(),
  labels: z.array(z.string()),
  widths: z.array(z.number()),
  local: z.number(),
  hidden: z.number(),
  sure: z.strictObject({
    ...thresholds,
    labels: z.optional(z.record(z.string(), z.strictObject(thresholds))),
  }),
  training: trainingRecord,
});

/** All problems of a sensor's config, as sentences; empty if it is valid. */
export function sensorProblems({ labels, widths, local, hidden, sure }: SensorConfig): string[] {
  const problems = labelProblems(labels);
  if (widths.length < 1 || widths.length > maxSensorConvolutions)
    problems.push(`${widths.length} widths; it has 1 to ${maxSensorConvolutions} convolutions`);
  const wrong = [...widths, local, hidden].find(
    (width) => !(Number.isSafeInteger(width) && width >= 1 && width <= maxSensorChannels),
  );
  if (wrong !== undefined)
    problems.push(`width ${wrong} is not a whole number from 1 to ${maxSensorChannels}`);
  const chosen = Object.entries(sure.labels ?? {});
  for (const [label, { from, full }] of [['', sure] as const, ...chosen]) {
    if (!(from >= 0 && from < full && full <= 1))
      problems.push(
        `sure${label && ` of '${label}'`} from ${from} to ${full}; it takes 0 ≤ from < full ≤ 1`,
      );
  }
  const foreign = chosen.find(([label]) => !labels.includes(label));
  if (foreign) problems.push(`sure of '${foreign[0]}', which is not one of its labels`);
  return problems;
}

/** The text of `sensor_config.json`. */
export function encodeSensorConfig({ config, training }: SensorDescription): string {
  const { labels, widths, local, hidden, sure } = config;
  const size = { widths, local, hidden, sure };
  const members = { format_version: sensorFormatVersion, labels, ...size, training };
  return `${JSON.stringify(members, null, 2)}\n`;
}

/**
 * Reads the text of `sensor_config.json`.
 *
 * Errors: `ADAPTER_INVALID` for text that is not such a config, a newer format version, an unknown
 * key, or invalid values.
 *
 * @example decodeSensorConfig(text).config.labels // ['noise', 'rain']
 */
export function decodeSensorConfig(text: string, place = 'sensor_config.json'): SensorDescription {
  const json = Json.parse(text, place, code);
  const version = json.version('format_version');
  if (version !== sensorFormatVersion)
    throw new GraftError(
      code,
      `${place}: it has format version ${version}, but this version of PIP Graft reads ${sensorFormatVersion}; update PIP Graft.`,
    );
  const { labels, widths, local, hidden, sure, training } = json.as(format);
  const config = { labels, widths, local, hidden, sure };
  const problems = sensorProblems(config);
  if (problems.length > 0) throw new GraftError(code, `${place}: ${problems.join('; ')}.`);
  return { config, training: training ?? null };
}
