import type { ValidationFigures } from '@pip-graft/validate';
import { bytes, milliseconds, times } from '../format.ts';
import { badge, breakable, type Html, html, training } from '../html.ts';
import type { ReportModel } from '../report-data.ts';
import { table } from '../table.ts';

/** All models, one per line. */
export function overview(models: readonly ReportModel[]): Html {
  return table(
    'Models in this report',
    [
      {
        head: 'Model',
        cell: ([index, { name }]) => html`<a href="#model-${index}">${breakable(name)}</a>`,
      },
      { head: 'Verdict', cell: ([, { validation }]) => badge(validation?.status ?? 'skipped') },
      { head: 'Checks passed', cell: ([, item]) => checksPassed(item), kind: 'figure' },
      { head: 'Adapter', cell: ([, { trained }]) => training(trained) },
      { head: 'Grafts', cell: ([, item]) => grafts(item), kind: 'figure' },
      { head: 'Time relative to host', cell: ([, item]) => time(item), kind: 'figure' },
      { head: 'Memory relative to host', cell: ([, item]) => memory(item), kind: 'figure' },
    ],
    [...models.entries()],
  );
}

/** Passed checks of those that ran, such as "13 of 14"; skipped checks do not count. */
export function checksPassed({ validation }: ReportModel): string {
  if (validation === undefined) return '–';
  const run = validation.checks.filter((check) => check.status !== 'skipped');
  return `${run.filter((check) => check.status === 'passed').length} of ${run.length}`;
}

function grafts({ ladders }: ReportModel): string {
  if (ladders.length === 0) return '–';
  const levels = ladders.flatMap((ladder) => ladder.levels);
  return `${levels.filter((level) => level.graft !== undefined).length} of ${levels.length} skips`;
}

function time({ validation }: ReportModel): string {
  const { latency }: ValidationFigures = validation?.figures ?? {};
  if (latency === undefined) return '–';
  const { host, grafted } = latency;
  return `${times(grafted.median / host.median)} · ${milliseconds(grafted.median)}`;
}

function memory({ validation }: ReportModel): string {
  const { memory: taken }: ValidationFigures = validation?.figures ?? {};
  return taken ? `${times(taken.grafted / taken.host)} · ${bytes(taken.grafted)}` : '–';
}
