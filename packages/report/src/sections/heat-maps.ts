import { viridisStops } from '@pip-graft/imaging';
import type { ReportMaps } from '@pip-graft/validate';
import { number } from '../format.ts';
import { type Html, html } from '../html.ts';
import { strip } from './strips.ts';

/** Heat maps with their common scale. */
export function heatMaps(maps: ReportMaps): Html {
  const { low, high, label } = maps.scale;
  return html`<div class="maps">${strip(
    maps,
    html`<p class="legend"><span>${number(low)}</span><i style="background:linear-gradient(to right,${viridisStops.join(',')})" aria-hidden="true"></i><span>${number(high)}</span><span>${label}</span></p>`,
  )}</div>`;
}
