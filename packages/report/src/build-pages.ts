import { argument } from '@pip-graft/onnx-graft';
import type { ReportStrip } from '@pip-graft/validate';
import { count } from './format.ts';
import { breakable, facts, type Html, html, table } from './html.ts';
import { ladder } from './ladder.ts';
import { page, sliderScript } from './page.ts';
import {
  type ReportData,
  type ReportFact,
  type ReportLadder,
  verdictWords,
} from './report-data.ts';
import { strips } from './sections/images.ts';
import { model, overview } from './sections/model.ts';

/**
 * Builds a report as one self-contained HTML page: no network, light and dark, any width, printable.
 * The verdict comes first, in words. The only script, included if images are compared, moves the
 * edge between them; without scripts they are side by side.
 *
 * Every text in `data` is escaped, because names in model files may be hostile.
 *
 * @example await writeFile('report.html', buildReport(data));
 */
export function buildReport(data: ReportData): string {
  argument.requireMembers(data, 'buildReport', { title: 'text', models: 'a list' });
  const { title, summary, models, notes = [] } = data;
  const { sentence, caution } = verdictWords(data);
  const compared = models.some(({ comparisons = [] }) => comparisons.length > 0);
  return page({
    title,
    header: html`<p class="brand">${leaf}${title}</p>
<h1>${sentence}</h1><p class="lead">${summary}</p>
${caution && html`<p class="caution" role="note"><b>Not trained</b><span>${caution}</span></p>`}`,
    main: html`${models.length > 0 ? overview(models) : undefined}${models.map(model)}`,
    footer: facts(notes),
    ...(compared ? { script: sliderScript } : {}),
  });
}

/** The logo: a shoot grafted onto a stem. */
const leaf: Html = html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M7 22V3M7 15c0-5 4-8 12-9-1 7-5 10-12 9z"/></svg>`;

/** The content of a page about one model: plain data. */
export interface HostPage {
  readonly name: string;
  /** The result, in one sentence. */
  readonly summary: string;
  readonly facts: readonly ReportFact[];
  /** One for each U-Net of the model. */
  readonly ladders: readonly ReportLadder[];
  readonly warnings: readonly string[];
  /** Rejected values, with the reason. */
  readonly rejected: readonly { readonly value: string; readonly reason: string }[];
}

/**
 * Builds a self-contained HTML page that draws a model with its skip connections. Every text is
 * escaped, because names in model files may be hostile.
 *
 * @example await writeFile('host.html', buildHostPage(page));
 */
export function buildHostPage({
  name,
  summary,
  ladders,
  warnings,
  rejected,
  ...rest
}: HostPage): string {
  return page({
    title: name,
    header: html`<p class="brand">${breakable(name)}</p><h1>${summary}</h1>
${warnings.map((warning) => html`<p class="caution" role="note"><b>Warning</b><span>${warning}</span></p>`)}`,
    main: html`<div class="over"><div class="card">${
      ladders.length > 0
        ? ladders.map((drawing, index) => ladder(drawing, name, String(index)))
        : html`<p>No skip connections to draw.</p>`
    }</div><div class="card">${facts(rest.facts)}</div></div>
${rejected.length > 0 ? rejectedTable(rejected) : undefined}`,
  });
}

function rejectedTable(rejected: HostPage['rejected']) {
  return html`<h2 class="label">Rejected candidates</h2><details><summary>${count(rejected.length, 'value')} that looked like skip connections</summary>${table(
    'Values that are not skip connections',
    [
      { head: 'Value', cell: ({ value }) => value },
      { head: 'Reason', cell: ({ reason }) => reason, kind: 'prose' },
    ],
    rejected,
  )}</details>`;
}

/** The content of a page about a training run: plain data. */
export interface CurvePage {
  readonly name: string;
  /** The run in one sentence. */
  readonly summary: string;
  readonly facts: readonly ReportFact[];
  readonly curves: readonly ReportCurve[];
  /** Restored patches. */
  readonly samples?: readonly ReportStrip[];
}

/**
 * Builds a self-contained HTML page about a training run. Every text is escaped.
 *
 * @example await writeFile('training.html', buildCurvePage(curves));
 */
export function buildCurvePage({
  name,
  summary,
  curves,
  samples = [],
  ...rest
}: CurvePage): string {
  return page({
    title: name,
    header: html`<p class="brand">${name}</p><h1>${summary}</h1>`,
    main: html`<div class="card">${facts(rest.facts)}</div>${curves.map(curve)}
<p class="hint">Green: the mean over the last fiftieth of the run, which is one step of a short run. Grey: each step. Labels and degradations vary from batch to batch, so a single step means little.</p>${strips(samples)}`,
  });
}

/** A figure over a training run: one point per step. */
interface ReportCurve {
  readonly title: string;
  /** Pairs of step and figure, in step order; figures that are not finite are skipped. */
  readonly points: readonly (readonly [step: number, value: number])[];
}

type Points = ReportCurve['points'];

const [width, height, margin] = [860, 240, 46];
/** Most points to draw; more would be indistinguishable. */
const mostPoints = 2000;
/** Quantiles that bound the vertical axis, so that a few outliers do not flatten the curve. */
const shown = [0.005, 0.995];

/** Draws each step and, above it, the mean over the last fiftieth of the run. */
function curve({ title, points }: ReportCurve): Html {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const [first] = finite[0] ?? [0];
  const [last] = finite.at(-1) ?? [0];
  if (first === last) return html`<h3>${title}</h3><p class="hint">Too few steps for a curve.</p>`;
  const sorted = finite.map(([, value]) => value).sort((a, b) => a - b);
  const [low = 0, high = 0] = shown.map(
    (share) => sorted[Math.round(share * (sorted.length - 1))]!,
  );
  const range = high - low || 1;
  const x = (step: number) => margin + ((step - first) / (last - first)) * (width - 2 * margin);
  const y = (value: number) =>
    height - margin / 2 - Math.min(1, Math.max(0, (value - low) / range)) * (height - margin);
  const path = (list: Points) =>
    thinned(list)
      .map(
        ([step, value], at) =>
          `${at === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join('');
  const marks = [0, 0.5, 1].map((share) => {
    const value = low + share * range;
    return html`<line x1="${margin}" x2="${width - margin}" y1="${y(value)}" y2="${y(value)}"/><text x="2" y="${y(value) + 4}">${Number(value.toPrecision(3))}</text>`;
  });
  return html`<h3>${title}</h3><svg class="curve" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}, from step ${first} to ${last}">${marks}<path d="${path(finite)}"/><path class="mean" d="${path(means(finite))}"/><text x="${margin}" y="${height - 4}">step ${first}</text><text x="${width - margin}" y="${height - 4}" text-anchor="end">step ${last}</text></svg>`;
}

function means(points: Points): Points {
  const window = Math.max(1, Math.round(points.length / 50));
  let sum = 0;
  return points.map(([step, value], at) => {
    sum += value - (at >= window ? points[at - window]![1] : 0);
    return [step, sum / Math.min(window, at + 1)];
  });
}

function thinned(points: Points): Points {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}
