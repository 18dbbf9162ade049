import type { TileGap } from '@pip-graft/restore';
import type { SizeFigures, ValidationFigures } from '@pip-graft/validate';
import { number } from '../format.ts';
import { badge, type Html } from '../html.ts';
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
