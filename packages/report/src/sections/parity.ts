import type { Parity } from '@pip-graft/validate';
import { badge } from '../badge.ts';
import { number } from '../format.ts';
import type { Html } from '../html.ts';
import { table } from '../table.ts';
import { gapColumns } from './gap-columns.ts';

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
