import type { PromptFigures, ReportMaps } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { heatMaps } from './heat-maps.ts';
import { similarity } from './similarity.ts';

/** What the prompts hold: how far the labels are apart, and where the universal prompt is strong. */
export function prompts(
  figures: PromptFigures | undefined,
  maps: readonly ReportMaps[],
): Html | undefined {
  if (figures === undefined && maps.length === 0) return undefined;
  const { labels = [], levels = [] } = figures ?? {};
  return html`${
    levels.length === 0
      ? undefined
      : html`<p class="hint">How alike the labels' prompts are, as a cosine: 1 is the same direction, 0 unrelated, −1 opposite. Labels whose prompts are alike steer the network alike.</p>`
  }${levels.map(
    ({
      level,
      degradation,
      universal,
      labels: own = labels,
    }) => html`<div class="matrices">${similarity(
      `Level ${level}: degradation-aware prompts`,
      own,
      degradation,
    )}${similarity(`Level ${level}: universal prompts, on one image`, own, universal)}</div>
`,
  )}${maps.map(heatMaps)}`;
}
