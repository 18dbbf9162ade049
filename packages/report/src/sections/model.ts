import type { ReportComparison, Validation, ValidationFigures } from '@pip-graft/validate';
import { bytes, milliseconds, quantity, times } from '../format.ts';
import { badge, breakable, details, facts, type Html, html, table, training } from '../html.ts';
import { ladder } from '../ladder.ts';
import type { ReportModel } from '../report-data.ts';
import { comparisons, heatMaps, prompts, strips } from './images.ts';
import { bars, layers, parity, sizes, tiles } from './measurements.ts';
import { placements } from './placements.ts';

/** One model: failures and images first, then what was measured; the rest opens on demand. */
export function model(item: ReportModel, index: number): Html {
  const { name, validation, ladders, differences } = item;
  const figures = validation?.figures ?? {};
  return html`<section class="model" id="model-${index}" aria-labelledby="name-${index}">
<div class="title"><h2 id="name-${index}">${breakable(name)}</h2>${badge(validation?.status ?? 'skipped')}${item.trained === false ? training(false) : undefined}</div>
${validation && failures(validation)}
${shownFirst(item.comparisons ?? [])}
${bars(figures)}
<div class="over">${ladders.length > 0 ? html`<div class="card">${ladders.map((drawing, row) => ladder(drawing, name, `${index}-${row}`))}</div>` : undefined}<div class="card">${facts(item.facts)}</div></div>
${details('More images', [
  strips(item.strips),
  differences && heatMaps(differences),
])}${details('Prompts', [prompts(figures.prompts, item.promptMaps ?? [])])}${details(
  'Where it ran',
  [placements(figures.placements ?? [])],
)}${details('Device compared with CPU', [parity(figures.parity ?? []), layers(figures.layers)])}${details(
  'Sizes and tiles',
  [sizes(figures.sizes, figures.largest), tiles(figures.tiles ?? [])],
)}${details('Checks', [validation && checksTable(validation)])}
</section>
`;
}

function shownFirst(list: readonly ReportComparison[]): Html | undefined {
  return list.length === 0 ? undefined : html`<h3>Images</h3>${comparisons(list)}`;
}

/** All checks with their figures; failures first, then in the order they ran. */
function checksTable({ checks }: Validation): Html {
  const failed = checks.filter((check) => check.status === 'failed');
  const others = checks.filter((check) => check.status !== 'failed');
  return table(
    'Validation checks',
    [
      { head: 'Check', cell: ({ name }) => name },
      { head: 'Result', cell: ({ status }) => badge(status) },
      { head: 'Measured', cell: ({ measured, unit }) => quantity(measured, unit), kind: 'figure' },
      { head: 'Limit', cell: ({ limit, unit }) => quantity(limit, unit), kind: 'figure' },
      { head: 'What was compared', cell: ({ detail }) => detail, kind: 'prose' },
    ],
    [...failed, ...others],
  );
}

/** The failed checks with their figures and reasons, one per line; if none could run, why. */
function failures({ status, checks }: Validation): Html | undefined {
  const shown = status === 'skipped' ? 'skipped' : 'failed';
  const list = checks.filter((check) => check.status === shown);
  if (list.length === 0) return undefined;
  return html`<ul class="failures ${shown}">${list.map(
    ({ name, detail, measured, limit, unit }) =>
      html`<li><b>${name}</b> ${
        unit === undefined
          ? undefined
          : html`${quantity(measured, unit)}; the limit is ${quantity(limit, unit)}. `
      }${detail}</li>`,
  )}</ul>`;
}

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
