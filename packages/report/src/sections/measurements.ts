import type { Gap } from '@pip-graft/imaging';
import type { TileGap } from '@pip-graft/restore';
import type { LayerFigures, Parity, SizeFigures, ValidationFigures } from '@pip-graft/validate';
import { bytes, count, milliseconds, number, times } from '../format.ts';
import { badge, breakable, type Column, type Html, html, table } from '../html.ts';

interface Bar {
  readonly name: 'host' | 'grafted';
  readonly value: number;
  readonly text: string;
}

/** Host and graft side by side, as bars: time, images per second, memory. */
export function bars(figures: ValidationFigures): Html | undefined {
  const { latency, throughput, memory } = figures;
  if (!latency && !throughput && !memory) return undefined;
  return html`<div class="card measured">${
    latency &&
    chart(
      `Time for one ${latency.width}×${latency.height} image`,
      latency.host.median,
      latency.grafted.median,
      (_, side) =>
        `${milliseconds(latency[side].median)} ± ${milliseconds(latency[side].spread / 2)}`,
    )
  }${
    throughput &&
    chart(
      `Images per second, batches of ${throughput.batch}, ${throughput.width}×${throughput.height}`,
      throughput.host,
      throughput.grafted,
      (value) => `${number(value)} a second`,
    )
  }${memory && chart('Peak memory', memory.host, memory.grafted, bytes)}</div>`;
}

function chart(
  title: string,
  host: number,
  grafted: number,
  text: (value: number, side: Bar['name']) => string,
): Html {
  const list: readonly Bar[] = [
    { name: 'host', value: host, text: text(host, 'host') },
    { name: 'grafted', value: grafted, text: text(grafted, 'grafted') },
  ];
  const most = Math.max(host, grafted, Number.MIN_VALUE);
  return html`<figure class="bars"><figcaption>${title} <b>${times(grafted / host)}</b></figcaption>
${list.map(
  (bar) =>
    html`<div class="bar ${bar.name}"><span>${bar.name}</span><i style="width:${share(bar.value / most)}%"></i><span>${bar.text}</span></div>
`,
)}</figure>`;
}

function share(part: number): string {
  return part > 0 ? (100 * part).toFixed(1) : '0';
}

/** Sizes and batches that the model accepts; those with the same result share a line. */
export function sizes(
  figures: SizeFigures | undefined,
  largest: ValidationFigures['largest'],
): Html | undefined {
  if (figures === undefined) return undefined;
  const { multiple, tried } = figures;
  const groups = new Map<string, { fault?: string; batch: number; sizes: string[] }>();
  for (const { width, height, batch, fault } of tried) {
    const key = JSON.stringify([fault, batch]);
    const group = groups.get(key) ?? {
      ...(fault === undefined ? {} : { fault }),
      batch,
      sizes: [],
    };
    group.sizes.push(`${width}×${height}`);
    groups.set(key, group);
  }
  const rule =
    multiple === 1 ? 'Any size works' : `Width and height must be multiples of ${multiple}`;
  const most =
    largest === undefined
      ? ''
      : `; the largest size that fits is ${largest.width}×${largest.height}; search stopped by: ${largest.stoppedBy}`;
  return table(
    `${rule}${most}`,
    [
      {
        head: 'Result',
        cell: ({ fault }) =>
          fault === undefined ? badge('passed', 'works') : badge('failed', 'fails'),
      },
      { head: 'Batch', cell: ({ batch }) => batch, kind: 'figure' },
      { head: 'Sizes', cell: (group) => group.sizes.join(', ') },
      { head: 'Message', cell: ({ fault }) => fault, kind: 'prose' },
    ],
    [...groups.values()],
  );
}

/** The cost of tiles: these networks pool over the whole image, so a tile sees less. */
export function tiles(list: readonly TileGap[]): Html | undefined {
  if (list.length === 0) return undefined;
  return table(
    'An image restored in tiles compared with the same image restored whole',
    [
      { head: 'Model', cell: ({ side }) => side },
      { head: 'Image', cell: ({ width, height }) => `${width}×${height}`, kind: 'figure' },
      { head: 'Tile', cell: ({ tile }) => number(tile), kind: 'figure' },
      { head: 'Overlap', cell: ({ overlap }) => number(overlap), kind: 'figure' },
      {
        head: 'Gap',
        cell: ({ psnr }) => (psnr === null ? 'none' : `${number(psnr)} dB`),
        kind: 'figure',
      },
      { head: 'Largest difference', cell: ({ maxAbs }) => number(maxAbs), kind: 'figure' },
    ],
    list,
  );
}

/** Columns for the difference between two tensors. */
export const gapColumns: readonly Column<Gap>[] = [
  { head: 'Largest error', cell: ({ maxAbs }) => number(maxAbs), kind: 'figure' },
  { head: 'Mean error', cell: ({ meanAbs }) => number(meanAbs), kind: 'figure' },
  {
    head: 'PSNR',
    cell: ({ psnr }) => (psnr === null ? 'equal' : `${number(psnr)} dB`),
    kind: 'figure',
  },
  { head: 'Cosine', cell: ({ cosine }) => cosineText(cosine), kind: 'figure' },
  { head: 'Worst at', cell: ({ worst }) => `[${worst.join(', ')}]`, kind: 'figure' },
];

/** A cosine with enough digits to distinguish 0.9999995 from 1. */
function cosineText(cosine: number): string {
  return cosine === 1 ? '1' : cosine.toFixed(7);
}

/** Outputs on the device compared with the CPU. */
export function parity(list: readonly Parity[]): Html | undefined {
  if (list.length === 0) return undefined;
  return table(
    'Outputs on the device compared with the CPU; the limit applies to the largest error relative to the largest value',
    [
      { head: 'Output', cell: ({ output }) => output },
      { head: 'Model', cell: ({ side }) => side },
      { head: 'Precision', cell: ({ precision }) => precision },
      // Written so that NaN fails.
      { head: 'Result', cell: (row) => badge(row.relative <= row.limit ? 'passed' : 'failed') },
      { head: 'Relative', cell: ({ relative }) => number(relative), kind: 'figure' },
      { head: 'Limit', cell: ({ limit }) => number(limit), kind: 'figure' },
      ...gapColumns,
    ],
    list,
  );
}

/** Inner tensors on the device compared with the CPU: where an error starts, and where it is inherited. */
export function layers(figures: LayerFigures | undefined): Html | undefined {
  if (figures === undefined) return undefined;
  const { rows, limit, compared, slices, width, height } = figures;
  const begins = rows.filter((row) => row.begins).length;
  const found =
    begins === 0
      ? 'no error starts inside'
      : `an error starts at ${begins === 1 ? 'one of them' : `${begins} of them`}`;
  return table(
    `${count(compared, 'inner tensor')} at ${width}×${height}, in ${count(slices, 'slice')}: ${found}. A node's own error is its relative error with exact inputs; the limit is ${number(limit)}`,
    [
      {
        head: 'Tensor',
        cell: ({ value, begins: here }) =>
          html`${breakable(value)}${here ? html` ${badge('failed', 'starts here')}` : undefined}`,
      },
      {
        head: 'Operator',
        cell: ({ opType, node, dims }) =>
          html`${opType} [${dims.join(', ')}] <small>${breakable(node)}</small>`,
      },
      { head: 'Own error', cell: ({ own }) => errorBar(own, limit), kind: 'figure' },
      { head: 'Total error', cell: ({ relative }) => errorBar(relative, limit), kind: 'figure' },
      ...gapColumns.filter(({ head }) => head !== 'Mean error' && head !== 'Cosine'),
    ],
    rows,
  );
}

/** An error with a logarithmic bar: empty at a thousandth of the limit, full at a thousand times the limit. */
function errorBar(error: number, limit: number): Html {
  const decades = Math.log10(error / limit);
  const part = Number.isNaN(decades) ? 100 : Math.min(100, Math.max(0, (decades + 3) * (100 / 6)));
  const over = error <= limit ? '' : ' over';
  return html`<i class="share${over}" style="--part:${part.toFixed(0)}%" aria-hidden="true"></i>${number(error)}`;
}
