import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError, locateUnder, readGraft } from '@pip-graft/graft';
import { openHost } from '@pip-graft/graft/node';
import { degradations, degrade, psnr } from '@pip-graft/imaging';
import type { ReportData, ReportLadder, ReportModel } from '@pip-graft/report';
import { bytesText } from '@pip-graft/report/text';
import type { Verdict } from '@pip-graft/validate';
import { promptSizes, reportLadders } from '../../reports.ts';
import { version } from '../../version.ts';
import { countsText, durationText, isTrained, type Outcome, totalBytes } from '../job/job.ts';

/**
 * Builds the report of a run: an entry per job, with its gates as checks and its network drawn.
 *
 * @param folder folder of the config
 */
export async function convertReport(
  outcomes: readonly Outcome[],
  config: string,
  folder: string,
): Promise<ReportData> {
  return {
    title: 'graft convert',
    summary: `${config}: ${outcomes.length} ${outcomes.length === 1 ? 'job' : 'jobs'}, ${countsText(outcomes)}.`,
    models: await inTurn(outcomes, (outcome) => modelOf(outcome, folder)),
    subject: 'job',
    notes: [{ label: 'Tool', value: `PIP Graft ${version}` }],
  };
}

/** Maps items one after the other, because each runs a model. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function modelOf(outcome: Outcome, folder: string): Promise<ReportModel> {
  const { name, made, output } = outcome;
  const done = outcome.status === 'built' || outcome.status === 'cached';
  // A merged report may be made on a machine without the models.
  const stands = done && existsSync(resolve(folder, output));
  const checks = [conversion(outcome), ...(made?.gates ?? [])];
  const status = checks.some((check) => check.status === 'failed')
    ? 'failed'
    : outcome.status === 'skipped'
      ? 'skipped'
      : 'passed';
  const compared = stands ? await jobImage(resolve(folder, output)) : undefined;
  return {
    name,
    trained: made === null ? null : isTrained(made),
    facts: factsOf(outcome),
    ladders: stands ? await laddersOf(resolve(folder, output)) : [],
    comparisons: compared ? [compared] : [],
    strips: [],
    validation: { status, checks, figures: made?.measured ?? {} },
  };
}

async function laddersOf(path: string): Promise<ReportLadder[]> {
  using host = await openHost(path);
  const graft = readGraft(host.model);
  const { inputs = null } = graft ?? {};
  const prompts = graft ? promptSizes(graft, host.facts) : [];
  return reportLadders(locateUnder(host.model).sites, graft && { prompts, inputs });
}

function conversion(outcome: Outcome): Verdict {
  const { status, failure, made, placed, notes, output } = outcome;
  const inGates = (made?.gates ?? []).reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  const milliseconds = Math.max(0, outcome.milliseconds - inGates);
  const blank = { name: 'conversion', measured: null, limit: null, milliseconds };
  if (status === 'failed') {
    // Failed gates have their own lines.
    const judged = made?.gates.some((gate) => gate.status === 'failed');
    const detail = judged
      ? 'Made, but not put in place: a gate failed.'
      : (failure?.message ?? 'It failed.');
    return { ...blank, status, detail };
  }
  if (status === 'skipped')
    return { ...blank, status, detail: `Not done: ${failure?.message ?? ''}` };
  const how = status === 'cached' ? 'Nothing changed since it was made' : 'Made';
  const where = placed ? `written to ${output}` : `${output} was there already`;
  const files = made?.files.length ?? 0;
  const detail = [`${how}; ${files} ${files === 1 ? 'file' : 'files'}, ${where}.`, ...notes].join(
    ' ',
  );
  return { ...blank, status: 'passed', detail };
}

function factsOf({ status, output, made, milliseconds }: Outcome): ReportModel['facts'] {
  const facts = [
    { label: 'Job', value: `${status}, ${durationText(milliseconds)}` },
    { label: 'Output', value: output },
  ];
  if (made === null) return facts;
  const adapters = made.adapters.map(
    (adapter) => `${adapter.name} ${adapter.version}${adapter.trained ? '' : ' (UNTRAINED)'}`,
  );
  return [
    ...facts,
    { label: 'Size', value: bytesText(totalBytes(made.files)) },
    { label: 'Precision', value: made.precision },
    { label: 'Family', value: `${made.family}${made.seeded ? ' (UNTRAINED, from a seed)' : ''}` },
    ...(adapters.length > 0 ? [{ label: 'Adapters', value: adapters.join(', ') }] : []),
    ...(made.labels.length > 0 ? [{ label: 'Labels', value: made.labels.join(', ') }] : []),
    ...made.files.map(({ name, digest }) => ({ label: name, value: digest })),
  ];
}

type Comparison = NonNullable<ReportModel['comparisons']>[number];

/** The bundled image, degraded and restored by a job's model; undefined if the model cannot run. */
async function jobImage(model: string): Promise<Comparison | undefined> {
  try {
    const [{ Restorer }, { reportImage, sampleImage }] = await Promise.all([
      import('@pip-graft/restore'),
      import('@pip-graft/validate'),
    ]);
    const clean = await sampleImage();
    await using restorer = await Restorer.open(model, { device: 'cpu' });
    const known = degradations.find((each) => restorer.labels.includes(each));
    const degradation = known ?? 'noise';
    const image = degrade(clean, degradation, 7);
    const restored = await (known === undefined
      ? restorer.restore(image)
      : restorer.restore(image, { [known]: 1 }));
    const figure = (made: typeof image): string => `${psnr(made, clean).toFixed(1)} dB`;
    return {
      title: degradation,
      before: await reportImage(image, 'input', figure(image)),
      after: await reportImage(restored.image, 'output', figure(restored.image)),
    };
  } catch (error) {
    // The report is complete without it; the job's checks say what does not run.
    if (error instanceof GraftError) return undefined;
    throw error;
  }
}
