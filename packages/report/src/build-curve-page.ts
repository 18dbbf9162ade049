import type { ReportStrip } from '@pip-graft/validate';
import { html } from './html.ts';
import { page } from './page.ts';
import type { ReportFact } from './report-data.ts';
import { curve, type ReportCurve } from './sections/curve.ts';
import { strips } from './sections/images.ts';
import { facts } from './table.ts';

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
<p class="hint">Grey: each step. Green: the mean over the last fiftieth of the run. Labels and degradations vary from batch to batch, so a single step means little.</p>${strips(samples)}`,
  });
}
