import { type Html, html } from './html.ts';
import type { ReportLadder, ReportLevel } from './report-data.ts';

export { Html } from './html.ts';
export type { ReportLadder, ReportLevel } from './report-data.ts';

const width = 760;
const rung = 92;
const top = 64;
const box = { width: 124, height: 48 };
const pill = { width: 124, height: 38 };
const joinRadius = 12;

/**
 * Draws the network as a ladder: the encoder down the left side, the decoder up the right, one rung
 * per skip connection, and the graft as a green pill on its rung.
 *
 * @param key makes the ids of this drawing unique on the page
 */
export function ladder(drawing: ReportLadder, name: string, key: string): Html {
  const { levels, inputs } = drawing;
  const height = top + levels.length * rung + box.height + 28;
  const grafted = levels.filter((level) => level.graft !== undefined);
  const told = `${name}: ${levels.map(inWords).join('; ')}.`;
  return html`<div class="rungs"><svg class="ladder" viewBox="0 0 ${width} ${height}" role="img" aria-label="${told}">
<defs><marker id="tip-${key}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 .8 7 4 0 7.2z" class="tip"/></marker></defs>
${inputs !== undefined && grafted.length > 0 ? settings(levels, inputs) : undefined}
${levels.map((level, row) => rungOf(level, row, levels.length, key))}
${latent(levels, key)}
</svg><ol>${levels.map((level) => html`<li>${inShort(level)}</li>`)}</ol></div>`;
}

/** A rung as a line of text, for screens on which the drawing's text would be too small. */
function inShort({ level, channels, scale, join, graft: grafted }: ReportLevel): Html {
  const size = scale === 1 ? 'full size' : `1/${scale} size`;
  const added = grafted
    ? html` <b>PIP, prompt ${grafted.promptChannels} × ${grafted.promptSize}²</b>`
    : undefined;
  return html`Level ${level}: ${channels} channels, ${size}, joined by ${join}.${added}`;
}

/** The dashed line from the settings to every pill. */
function settings(levels: readonly ReportLevel[], inputs: readonly string[]): Html {
  const last = levels.findLastIndex((level) => level.graft !== undefined);
  const end = middle(last) - pill.height / 2;
  return html`<path class="settings" d="M${width / 2} 34V${end}"/>
<text class="settings-name" x="${width / 2}" y="22">${inputs.join(' · ')}</text>`;
}

function rungOf(level: ReportLevel, row: number, rows: number, key: string): Html {
  const y = middle(row);
  const { left, right, join } = columns(row, rows);
  const below = row + 1 < rows;
  return html`<g>
<path class="wire" marker-end="url(#tip-${key})" d="M${left + box.width} ${y}H${join - joinRadius}"/>
${below ? down(columns(row + 1, rows).left + 26, row, key) : undefined}
${below ? up(join, row, key) : undefined}
${plate(left, y, `level ${level.level}`, sizes(level))}
${plate(right, y, 'decoder', level.scale === 1 ? 'full size' : `1/${level.scale} size`)}
<circle class="join" cx="${join}" cy="${y}" r="${joinRadius}"/><text class="join-sign" x="${join}" y="${y + 5}">${signs[level.join]}</text>
<path class="wire" d="M${join + joinRadius} ${y}H${right}"/>
${level.graft ? graft(level.graft, y) : undefined}
</g>`;
}

/** Positions of a rung's plates and join; each rung is indented a little further than the one above. */
function columns(row: number, rows: number): { left: number; right: number; join: number } {
  const indent = Math.min(40, 120 / Math.max(1, rows - 1));
  const left = indent * row + 20;
  const right = width - left - box.width;
  return { left, right, join: right - 24 };
}

const signs = { concat: '‖', add: '+', mul: '×' } as const;

function graft(sizes: NonNullable<ReportLevel['graft']>, y: number): Html {
  const x = (width - pill.width) / 2;
  return html`<rect class="graft" x="${x}" y="${y - pill.height / 2}" width="${pill.width}" height="${pill.height}" rx="19"/>
<text class="graft-name" x="${width / 2}" y="${y - 2}">PIP</text>
<text class="graft-size" x="${width / 2}" y="${y + 12}">prompt ${sizes.promptChannels} × ${sizes.promptSize}²</text>`;
}

function plate(x: number, y: number, title: string, detail: string): Html {
  return html`<rect class="plate" x="${x}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="8"/>
<text class="plate-name" x="${x + box.width / 2}" y="${y - 3}">${title}</text>
<text class="plate-size" x="${x + box.width / 2}" y="${y + 14}">${detail}</text>`;
}

/** The arrow from an encoder plate to the plate below. */
function down(x: number, row: number, key: string): Html {
  const [from, to] = [middle(row) + box.height / 2, middle(row + 1) - box.height / 2];
  return html`<path class="wire" marker-end="url(#tip-${key})" d="M${x} ${from}V${to}"/>`;
}

/** The arrow from the decoder plate below to a join. */
function up(x: number, row: number, key: string): Html {
  const [from, to] = [middle(row + 1) - box.height / 2, middle(row) + joinRadius];
  return html`<path class="wire" marker-end="url(#tip-${key})" d="M${x} ${from}V${to}"/>`;
}

/** The bottom of the U. */
function latent(levels: readonly ReportLevel[], key: string): Html {
  const rows = levels.length;
  const y = middle(rows);
  const x = (width - box.width) / 2;
  const { left, join } = columns(rows - 1, rows);
  const start = middle(rows - 1) + box.height / 2;
  const end = middle(rows - 1) + joinRadius;
  return html`<g>
<path class="wire" marker-end="url(#tip-${key})" d="M${left + box.width / 2} ${start}V${y}H${x}"/>
<path class="wire" marker-end="url(#tip-${key})" d="M${x + box.width} ${y}H${join}V${end}"/>
${plate(x, y, 'latent', `1/${2 * (levels.at(-1)?.scale ?? 1)} size`)}
</g>`;
}

function middle(row: number): number {
  return top + row * rung + box.height / 2;
}

function sizes({ channels, scale }: ReportLevel): string {
  return `${channels} channels · ${scale === 1 ? '1/1' : `1/${scale}`}`;
}

function inWords({ level, channels, join, graft: grafted }: ReportLevel): string {
  const how = grafted ? 'with a PIP graft on its skip connection' : 'without a graft';
  return `level ${level}, ${channels} channels, joined by ${join}, ${how}`;
}

/**
 * Groups skip connections into ladders, one per U-Net: in a chain of networks, resolutions repeat,
 * and the n-th site of a resolution belongs to the n-th network.
 *
 * @example laddersOf(sites).map((ladder) => ladder.length) // [3, 3] for a cascade of two
 */
export function laddersOf<Site extends { readonly level: number; readonly scale: number }>(
  sites: readonly Site[],
): Site[][] {
  const ladders: Site[][] = [];
  const seen = new Map<number, number>();
  for (const site of [...sites].sort((a, b) => a.level - b.level)) {
    const nth = seen.get(site.scale) ?? 0;
    seen.set(site.scale, nth + 1);
    ladders[nth] = [...(ladders[nth] ?? []), site];
  }
  return ladders;
}
