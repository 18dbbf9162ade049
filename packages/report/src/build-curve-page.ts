import type { ReportStrip } from '@pip-graft/validate';
import { facts } from './facts.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import type { ReportFact } from './report-data.ts';
import { curve, type ReportCurve } from './sections/curve.ts';
import { strips } from './sections/strips.ts';

/** What a page about a training run shows: plain data. */
export interface CurvePage {
  readonly name: string;
  /** What the run was, in one sentence. */
  readonly summary: string;
  readonly facts: readonly ReportFact[];
  readonly curves: readonly ReportCurve[];
  /** Patches as they are restored. */
  readonly samples?: readonly ReportStrip[];
}

/**
 * How a training run went, as one HTML file that needs nothing beside it. Every text is escaped.
 *
 * @example await writeFile('training.html', buildCurvePage(page));
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
<p class="hint">Grey is each step, green the mean of the last fiftieth of the run. Labels and degradations differ from batch to batch, so a single step says little.</p>${strips(samples)}`,
  });
}
