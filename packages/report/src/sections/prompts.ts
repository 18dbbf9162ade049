import type { PromptFigures, ReportMaps } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';
import { heatMaps } from './heat-maps.ts';
import { similarity } from './similarity.ts';

/** The prompts: how similar the labels are, and where the universal restoration prompt is strong. */
export function prompts(
  figures: PromptFigures | undefined,
  maps: readonly ReportMaps[],
): Html | undefined {
  if (figures === undefined && maps.length === 0) return undefined;
  const { labels = [], levels = [] } = figures ?? {};
  return html`${
    levels.length === 0
      ? undefined
      : html`<p class="hint">Cosine similarity of the labels' prompts: 1 means the same direction, 0 unrelated, −1 opposite. Labels with similar prompts steer the network similarly.</p>`
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
    )}${similarity(`Level ${level}: universal restoration prompts, on one image`, own, universal)}</div>
`,
  )}${maps.map(heatMaps)}`;
}
