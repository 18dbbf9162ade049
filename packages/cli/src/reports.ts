import { appendFile, readFile, truncate } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { basename } from 'node:path';
import {
  GraftError,
  type GraftRecord,
  type GraphFacts,
  locateUnder,
  lookAt,
  readGraft,
} from '@pip-graft/graft';
import { filePath, ioError, writeAtomic } from '@pip-graft/graft/files';
import { openHost } from '@pip-graft/graft/node';
import {
  buildJUnit,
  buildMarkdown,
  buildReport,
  type HostPage,
  type ReportData,
  type ReportFact,
  type ReportLadder,
  type ReportModel,
  summaryLimit,
} from '@pip-graft/report';
import { laddersOf } from '@pip-graft/report/ladder';
import { type Inspection, inspectionFacts, type PromptSize } from '@pip-graft/report/text';
import type { Explanation, Validation } from '@pip-graft/validate';
import { isStepSummary, type ReportOptions } from './options/report-options.ts';
import type { Session } from './pipeline/session.ts';
import { version } from './version.ts';

/**
 * Writes a report in the requested formats and prints a note for each file. Files are replaced when
 * they are complete; GitHub's step summary, which all commands of a step share, is appended to.
 *
 * Errors: `WRITE_FAILED`.
 */
export async function writeReports(
  data: ReportData,
  { html, junit, markdown }: ReportOptions,
  session: Pick<Session, 'signal' | 'note'>,
): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    const bytes = new TextEncoder().encode(text);
    await writeAtomic(path, (append) => append(bytes), session.signal);
  };
  if (html !== undefined) {
    await write(html, buildReport(data));
    session.note(`${html}: the report as a page`);
  }
  if (junit !== undefined) {
    await write(junit, buildJUnit(data));
    session.note(`${junit}: the checks as JUnit XML`);
  }
  if (markdown !== undefined) {
    let appended = true;
    if (isStepSummary(markdown)) appended = await appendSummary(markdown, data);
    else await write(markdown, buildMarkdown(data));
    session.note(
      appended
        ? `${markdown}: the report as markdown`
        : `${markdown}: the step's summary is full, so the report is not in it; write it to another file`,
    );
  }
}

/**
 * Appends to a step summary and returns whether there was room. GitHub drops all of it above a
 * limit, so the existing text counts.
 */
async function appendSummary(path: string, data: ReportData): Promise<boolean> {
  try {
    const there = await readFile(filePath(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const gap = there.length === 0 || there.at(-1) === 10 ? '' : '\n';
    const text = buildMarkdown(data, summaryLimit - there.length - gap.length);
    if (text === '') return false;
    await appendFile(filePath(path), gap + text).catch(async (error: unknown) => {
      // A full disk would leave a partial report.
      await truncate(path, there.length).catch(() => {});
      throw error;
    });
    return true;
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Converts an inspection to a page with a drawing. */
export function hostPage(path: string, found: Inspection): HostPage {
  const { sites, graft, family, warnings, rejected } = found;
  const count = sites.length;
  const channels = sites.map((site) => site.channels).join(', ');
  const summary =
    count === 0
      ? 'No skip connection was found.'
      : `${family === 'unet' ? 'A U-Net' : family} with ${count} skip connection${count === 1 ? '' : 's'} of ${channels} channels.`;
  return {
    name: basename(path),
    summary,
    facts: inspectionFacts(found).map(([label = '', value = '']) => ({ label, value })),
    ladders: reportLadders(sites, graft),
    warnings,
    rejected,
  };
}

/** Input of a report of one validated model. */
export interface Validated {
  /** Path of the grafted file. */
  readonly path: string;
  /** Device that the user chose. */
  readonly device: string;
  readonly validation: Validation;
  /** Images and prompts from `explainGraft`; default: a report without them. */
  readonly explanation?: Explanation | undefined;
}

/**
 * Builds the report of one validated grafted model: its facts, ladder, validation and images.
 *
 * Errors: those of opening a model; `NOT_GRAFTED`.
 */
export async function reportData({
  path,
  device,
  validation,
  explanation,
}: Validated): Promise<ReportData> {
  using host = await openHost(path);
  const graft = readGraft(host.model);
  if (graft === null) {
    throw new GraftError(
      'NOT_GRAFTED',
      `${path}: it has no graft to report on; pass a model that \`graft apply\` wrote.`,
    );
  }
  const prompts = promptSizes(graft, host.facts);
  const { figures: _, prompts: alike, ...shown } = explanation ?? { strips: [] };
  const model: ReportModel = {
    name: basename(path),
    trained: graft.adapters.every(({ trained }) => trained),
    facts: factsOf(graft, lookAt(host.model).sizeMultiple),
    ladders: reportLadders(locateUnder(host.model).sites, { prompts, inputs: graft.inputs }),
    validation: withPrompts(validation, alike),
    ...shown,
  };
  return {
    title: 'graft validate',
    summary: `${basename(path)} against its host, on ${device === 'cpu' ? 'the CPU' : device}.`,
    models: [model],
    notes: [
      { label: 'Tool', value: `PIP Graft ${version}` },
      {
        label: 'Machine',
        value: `${cpus().length} cores, ${platform()} ${arch()}, Node ${process.versions.node}`,
      },
    ],
  };
}

/** Adds prompts to a validation; its own measurements take precedence. */
function withPrompts(validation: Validation, prompts: Explanation['prompts']): Validation {
  if (prompts === undefined) return validation;
  return { ...validation, figures: { prompts, ...validation.figures } };
}

function factsOf(graft: GraftRecord, sizeMultiple: number): ReportFact[] {
  const { adapters, host, labels, baked } = graft;
  const given = labels.filter((_, index) => (baked?.weights[index] ?? 0) > 0);
  return [
    { label: 'Family', value: host.family },
    ...adapters.flatMap(({ name, version: made, mode, attach, labels: own }) => [
      { label: 'Adapter', value: `${name} ${made}` },
      { label: 'Graft', value: `${mode}, attached as ${attach}` },
      { label: 'Labels', value: own.join(', ') },
    ]),
    ...(baked === null ? [] : [{ label: 'Baked in', value: given.join(', ') }]),
    {
      label: 'Images',
      value: sizeMultiple === 1 ? 'of any size' : `sides multiples of ${sizeMultiple}`,
    },
    { label: 'Host', value: host.digest },
    ...(host.fingerprint === null ? [] : [{ label: 'Fingerprint', value: host.fingerprint }]),
  ];
}

/** Sizes of a graft's prompts, as far as they are still in the file. */
export function promptSizes({ sites }: GraftRecord, facts: GraphFacts): PromptSize[] {
  return sites.flatMap(({ level, modules }) =>
    modules.flatMap(({ values }) => {
      const [, promptChannels, promptSize] = facts.value(values.prompt)?.dims ?? [];
      return typeof promptChannels === 'number' && typeof promptSize === 'number'
        ? [{ level, promptChannels, promptSize }]
        : [];
    }),
  );
}

type Graft = Pick<NonNullable<Inspection['graft']>, 'prompts' | 'inputs'>;

/** Draws the skip connections with their modules, one drawing per U-Net. */
export function reportLadders(sites: Inspection['sites'], graft: Graft | null): ReportLadder[] {
  return laddersOf(sites).map((ladder) => ({
    levels: ladder.map(({ level, scale, channels, join }) => {
      const sizes = graft?.prompts.find((prompt) => prompt.level === level);
      return { level, scale, channels, join, ...(sizes ? { graft: sizes } : {}) };
    }),
    ...(graft?.inputs ? { inputs: Object.values(graft.inputs) } : {}),
  }));
}
