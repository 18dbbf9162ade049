import { type ReportData, type VerdictWords, verdictWords } from './report-data.ts';

/** Version of the format described in `docs/reference/report.schema.json`. */
export const reportFormat = 1;

/** A JSON value. */
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
  /** The models of {@link ReportData}; numbers outside JSON become "NaN", "Infinity" and "-Infinity". */
  readonly models: Json;
  readonly notes: Json;
}

/**
 * Converts a report to plain data as described in `docs/reference/report.schema.json`. Image bytes are
 * omitted by default and Base64 on request.
 *
 * @param tool name and version of the writer
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

/** A value as JSON; undefined if there is nothing to write. */
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
