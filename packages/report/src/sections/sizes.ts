import type { SizeFigures, ValidationFigures } from '@pip-graft/validate';
import { badge } from '../badge.ts';
import type { Html } from '../html.ts';
import { table } from '../table.ts';

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
