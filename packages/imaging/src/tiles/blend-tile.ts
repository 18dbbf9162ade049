import type { Image } from '../image/image.ts';
import type { TileWeights } from './tile-weights.ts';

/** A tile with its position and weights. */
export interface PlacedTile {
  /** Planar RGB. */
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly across: TileWeights;
  readonly down: TileWeights;
}

/**
 * Blends a tile into an image, row of tiles by row, left to right.
 *
 * Each pixel moves towards the tile's value by the tile's share of the weight so far. This gives the
 * weighted mean without a second buffer, and keeps pixels on which tiles agree bit for bit.
 */
export function blendTile(into: Image, tile: PlacedTile): void {
  const { x, y, across, down } = tile;
  const columns = Math.min(tile.width, into.width - x);
  const rows = Math.min(tile.height, into.height - y);
  for (let row = 0; row < rows; row++) {
    const above = down.before[row]!;
    const weight = down.own[row]!;
    for (let column = 0; column < columns; column++) {
      const own = weight * across.own[column]!;
      const share = own / (above + weight * across.before[column]! + own);
      let from = row * tile.width + column;
      let to = (y + row) * into.width + x + column;
      for (let plane = 0; plane < 3; plane++) {
        const old = into.data[to]!;
        into.data[to] = share === 1 ? tile.data[from]! : old + (tile.data[from]! - old) * share;
        from += tile.width * tile.height;
        to += into.width * into.height;
      }
    }
  }
}
