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
import { openHost } from '@pip-graft/graft/node';
import type { ReportData, ReportFact, ReportLadder, ReportModel } from '@pip-graft/report';
import { laddersOf } from '@pip-graft/report/ladder';
import type { Inspection, PromptSize } from '@pip-graft/report/text';
import type { Explanation, Validation } from '@pip-graft/validate';
import { version } from '../version.ts';

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
    throw new GraftError('NOT_GRAFTED', `${path}: it carries no graft to report on.`);
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
