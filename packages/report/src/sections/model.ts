import type { ReportComparison } from '@pip-graft/validate';
import { badge, breakable, details, type Html, html, training } from '../html.ts';
import type { ReportModel } from '../report-data.ts';
import { facts } from '../table.ts';
import { bars } from './bars.ts';
import { checksTable, failures } from './checks-table.ts';
import { layers, parity } from './gaps.ts';
import { comparisons, heatMaps, strips } from './images.ts';
import { ladder } from './ladder.ts';
import { placements } from './placements.ts';
import { prompts } from './prompts.ts';
import { sizes, tiles } from './sizes.ts';

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
