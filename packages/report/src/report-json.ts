import type { ReportData } from './report-data.ts';
import { type VerdictWords, verdictWords } from './verdict-words.ts';

/** Version of the shape that `docs/reference/report.schema.json` describes. */
export const reportFormat = 1;

/** Plain data, as `JSON.stringify` writes it and as a parser gives it back. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A report as plain data. */
export interface ReportJson {
  readonly format: typeof reportFormat;
  readonly tool: { readonly name: string; readonly version: string };
  readonly verdict: VerdictWords;
  readonly title: string;
  readonly summary: string;
  /** {@link ReportData}'s models; numbers that JSON has not are the texts "NaN", "Infinity" and "-Infinity". */
  readonly models: Json;
  readonly notes: Json;
}

/**
 * A report as plain data, by `docs/reference/report.schema.json`. The files of its images are left
 * out unless asked for; then they are Base64.
 *
 * @param tool who writes it
 * @example JSON.stringify(reportJson(data, { name: 'my-app', version: '1.0.0' }))
 */
export function reportJson(
  data: ReportData,
  tool: ReportJson['tool'],
  options: { readonly images?: boolean } = {},
): ReportJson {
  const { title, summary, models, notes = [] } = data;
  const { images = false } = options;
  return {
    format: reportFormat,
    tool: { name: tool.name, version: tool.version },
    verdict: verdictWords(data),
    title,
    summary,
    models: jsonOf(models, images) ?? [],
    notes: jsonOf(notes, images) ?? [],
  };
}

/** undefined where there is nothing to write. */
function jsonOf(value: unknown, images: boolean): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) {
    return images ? Buffer.from(value).toString('base64') : undefined;
  }
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, images) ?? null);
  if (typeof value !== 'object') return undefined;
  const entries = Object.entries(value).flatMap(([key, item]): [string, Json][] => {
    const json = jsonOf(item, images);
    return json === undefined ? [] : [[key, json]];
  });
  return Object.fromEntries(entries);
}
