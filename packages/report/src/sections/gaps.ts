import type { Gap } from '@pip-graft/imaging';
import type { LayerFigures, Parity } from '@pip-graft/validate';
import { count, number } from '../format.ts';
import { badge, breakable, type Html, html } from '../html.ts';
import { type Column, table } from '../table.ts';

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
