import type { TileGap } from '@pip-graft/restore';
import { number } from '../format.ts';
import type { Html } from '../html.ts';
import { table } from '../table.ts';

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
