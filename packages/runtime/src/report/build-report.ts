import { badge, checksTable } from './checks-table.ts';
import { figures } from './figures.ts';
import { bytes, milliseconds, times } from './format.ts';
import { type Html, html } from './html.ts';
import { ladder } from './ladder.ts';
import type { ReportData, ReportFact, ReportModel } from './report-data.ts';
import { strips } from './strips.ts';
import { style } from './style.ts';
import { verdictWords } from './verdict-words.ts';

/**
 * A report as one HTML file that needs nothing beside it: no script, no network,
 * light and dark. The verdict comes first, in words.
 *
 * Every text in `data` is escaped; names out of model files may be hostile.
 *
 * @example await writeFile('report.html', buildReport(data));
 */
export function buildReport(data: ReportData): string {
  const words = verdictWords(data);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${data.title}</title><style>${style}</style></head>
<body><header><p class="brand">${leaf}${data.title}</p>
<h1>${words.sentence}</h1><p class="lead">${data.summary}</p>
${words.caution === undefined ? undefined : html`<p class="caution" role="note"><b>Not trained</b><span>${words.caution}</span></p>`}
</header><main>${overview(data.models)}${data.models.map(model)}</main>
<footer>${facts(data.notes ?? [])}</footer></body></html>
`.text;
}

/** A shoot set into a stem. */
const leaf = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M7 22V3M7 15c0-5 4-8 12-9-1 7-5 10-12 9z"/></svg>`;

function overview(models: readonly ReportModel[]): Html {
  return html`<div class="scroll"><table><thead><tr><th scope="col">Model</th><th scope="col">Verdict</th><th scope="col" class="figure">Checks passed</th><th scope="col">Adapter</th><th scope="col" class="figure">Grafts</th><th scope="col" class="figure">Time against host</th><th scope="col" class="figure">Memory against host</th></tr></thead>
<tbody>${models.map(line)}</tbody></table></div>
`;
}

function line(item: ReportModel, index: number): Html {
  const { validation, ladder: drawing } = item;
  const run = validation?.checks.filter((check) => check.status !== 'skipped') ?? [];
  const good = run.filter((check) => check.status === 'passed');
  const { latency, memory } = validation?.figures ?? {};
  const grafts = drawing.levels.filter((level) => level.graft !== undefined);
  return html`<tr><th scope="row"><a href="#model-${index}">${item.name}</a></th>
<td>${badge(validation?.status ?? 'skipped')}</td><td class="figure">${validation ? `${good.length} of ${run.length}` : '–'}</td>
<td>${training(item)}</td><td class="figure">${grafts.length} of ${drawing.levels.length} skips</td>
<td class="figure">${latency ? `${times(latency.grafted.median / latency.host.median)} · ${milliseconds(latency.grafted.median)}` : '–'}</td>
<td class="figure">${memory ? `${times(memory.grafted / memory.host)} · ${bytes(memory.grafted)}` : '–'}</td></tr>
`;
}

function model(item: ReportModel, index: number): Html {
  const { name, validation } = item;
  return html`<section class="model" id="model-${index}">
<div class="title"><h2>${name}</h2>${badge(validation?.status ?? 'skipped')}${item.trained ? undefined : training(item)}</div>
<div class="over"><div class="card">${ladder(item.ladder, name, String(index))}</div><div class="card">${facts(item.facts)}</div></div>
${validation && (validation.figures.latency ?? validation.figures.memory) ? html`<div class="card measured">${figures(validation.figures)}</div>` : undefined}
${item.strips.length > 0 ? html`<h3>Pictures</h3>${strips(item.strips)}` : undefined}
${validation ? html`<h3>Checks</h3>${checksTable(validation)}` : undefined}
</section>
`;
}

function training({ trained }: ReportModel): Html {
  return trained ? html`trained` : html`<span class="badge untrained">untrained</span>`;
}

function facts(list: readonly ReportFact[]): Html {
  return html`<dl>${list.map(({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;
}
