import type { Gap } from '@pip-graft/imaging';
import { number } from '../format.ts';
import type { Column } from '../table.ts';

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
