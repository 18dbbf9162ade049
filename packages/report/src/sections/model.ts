import { badge, training } from '../badge.ts';
import { facts } from '../facts.ts';
import { type Html, html } from '../html.ts';
import type { ReportModel } from '../report-data.ts';
import { bars } from './bars.ts';
import { checksTable } from './checks-table.ts';
import { comparisons } from './comparisons.ts';
import { failures } from './failures.ts';
import { heatMaps } from './heat-maps.ts';
import { ladder } from './ladder.ts';
import { layers } from './layers.ts';
import { parity } from './parity.ts';
import { placements } from './placements.ts';
import { prompts } from './prompts.ts';
import { sizes } from './sizes.ts';
import { strips } from './strips.ts';
import { tiles } from './tiles.ts';

/** One model: facts, failures, measurements, images and checks. */
export function model(item: ReportModel, index: number): Html {
  const { name, validation, ladders, differences } = item;
  const figures = validation?.figures ?? {};
  return html`<section class="model" id="model-${index}" aria-labelledby="name-${index}">
<div class="title"><h2 id="name-${index}">${name}</h2>${badge(validation?.status ?? 'skipped')}${item.trained === false ? training(false) : undefined}</div>
${validation && failures(validation)}
<div class="over">${ladders.length > 0 ? html`<div class="card">${ladders.map((drawing, row) => ladder(drawing, name, `${index}-${row}`))}</div>` : undefined}<div class="card">${facts(item.facts)}</div></div>
${bars(figures)}
${section('Images', [
  comparisons(item.comparisons ?? []),
  strips(item.strips),
  differences && heatMaps(differences),
])}${section('Prompts', [prompts(figures.prompts, item.promptMaps ?? [])])}${section(
  'Where it ran',
  [placements(figures.placements ?? [])],
)}${section('Device compared with CPU', [parity(figures.parity ?? []), layers(figures.layers)])}${section(
  'Sizes and tiles',
  [sizes(figures.sizes, figures.largest), tiles(figures.tiles ?? [])],
)}${section('Checks', [validation && checksTable(validation)])}
</section>
`;
}

/** Content under a heading; undefined if all of it is undefined. */
function section(title: string, parts: readonly (Html | undefined)[]): Html | undefined {
  return parts.every((part) => part === undefined) ? undefined : html`<h3>${title}</h3>${parts}`;
}
