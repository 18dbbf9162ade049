import type { ReportComparison, ReportMaps, ReportStrip, Validation } from '@pip-graft/validate';
import { count } from './format.ts';

/** The content of a report: plain data, so that any command or page can build one. */
export interface ReportData {
  readonly title: string;
  /** What was done, in one or two sentences. */
  readonly summary: string;
  readonly models: readonly ReportModel[];
  /** Kind of the entries: validated grafted models (the default) or jobs of a conversion. */
  readonly subject?: 'model' | 'job';
  /** Author and licence of the bundled image, machine and versions, shown in the footer. */
  readonly notes?: readonly ReportFact[];
}

/** One grafted model, or one job. */
export interface ReportModel {
  readonly name: string;
  /** false: the adapter is untrained, and the report says so wherever the model appears; null: there is no adapter. */
  readonly trained: boolean | null;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly validation?: Validation;
  /** Pairs of images, before and after. */
  readonly comparisons?: readonly ReportComparison[];
  readonly strips: readonly ReportStrip[];
  /** Where the grafted model's images differ from the host's. */
  readonly differences?: ReportMaps;
  /** Strength of the universal restoration prompt at each position, one entry per level. */
  readonly promptMaps?: readonly ReportMaps[];
}

export interface ReportFact {
  readonly label: string;
  readonly value: string;
}

/** The network as a ladder: one rung per level, from full resolution down. */
export interface ReportLadder {
  readonly levels: readonly ReportLevel[];
  /** How settings reach the graft; undefined if they are baked in. */
  readonly inputs?: readonly string[];
}

export interface ReportLevel {
  readonly level: number;
  readonly channels: number;
  /** Downsampling factor: 1, 2, 4, … */
  readonly scale: number;
  readonly join: 'concat' | 'add' | 'mul';
  /** The graft on this skip connection; undefined without one. */
  readonly graft?: { readonly promptChannels: number; readonly promptSize: number };
}

interface VerdictWords {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** The verdict in one plain sentence. */
  readonly sentence: string;
  /** A warning against reading too much into the images; undefined if every adapter is trained. */
  readonly caution?: string;
}

/** The opening words of a report. */
export function verdictWords({ models, subject = 'model' }: ReportData): VerdictWords {
  const words = wordsFor[subject];
  const by = (status: string): ReportModel[] =>
    models.filter((model) => (model.validation?.status ?? 'skipped') === status);
  const [failed, passed, open] = [by('failed'), by('passed'), by('skipped')];
  const untrained = models.filter((model) => model.trained === false);
  const caution =
    untrained.length === 0
      ? {}
      : {
          caution: words.caution(
            untrained.length === models.length ? null : names(untrained),
            untrained.length > 1,
          ),
        };
  if (failed.length > 0) {
    const sentence = `${count(failed.length, words.noun)} of ${models.length} ${words.failed}: ${names(failed)}.`;
    return { status: 'failed', sentence, ...caution };
  }
  if (passed.length === 0 || open.length > 0) {
    const sentence =
      open.length === 0 ? 'There is nothing to report.' : `${words.open}: ${names(open)}.`;
    return { status: 'skipped', sentence, ...caution };
  }
  const sentence =
    models.length === 1
      ? `${words.one} ${names(models)} passed every check that ran.`
      : `All ${count(models.length, words.noun)} passed every check that ran.`;
  return { status: 'passed', sentence, ...caution };
}

/** Wording for the entries of a report. */
const wordsFor = {
  model: {
    noun: 'grafted model',
    one: 'The grafted',
    failed: 'failed validation',
    open: 'Not validated',
    caution: (which: string | null, many: boolean) =>
      `${many ? 'The adapters' : 'The adapter'}${which === null ? '' : ` of ${which}`} ${many ? 'are' : 'is'} untrained. ${many ? 'Their' : 'Its'} weights are random or neutral: the images show that the graft works and can be steered, not that it restores images.`,
  },
  job: {
    noun: 'job',
    one: 'The job',
    failed: 'failed',
    open: 'Not done',
    caution: (which: string | null) =>
      `${which === null ? 'All models' : `The models of ${which}`} have randomly initialised weights in the network or the adapter: they show that the conversion works, but restore nothing.`,
  },
} as const;

/** Most names to list; the rest are only counted. */
const named = 5;

function names(models: readonly ReportModel[]): string {
  const shown = models.slice(0, named).map((model) => model.name);
  const rest = models.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

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
