import type { Image } from '../image/image.ts';

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

/** Weights of one tile along one side, position by position from its start. */
export interface TileWeights {
  /** Its own share; the shares of all tiles at a position add up to 1. */
  readonly own: Float64Array;
  /** Sum of the shares of all earlier tiles. */
  readonly before: Float64Array;
}

/**
 * Blend weights of the tiles along one side: a raised cosine where neighbours overlap, flat elsewhere
 * and at the image's borders, normalised over all tiles.
 *
 * @param starts start of each tile, ascending; each starts before the previous one ends
 * @example tileWeights([0, 3], 5).map(({ own }) => [...own]) // [[1, 1, 1, 0.85, 0.15], [0.15, 0.85, 1, 1, 1]]
 */
export function tileWeights(starts: readonly number[], size: number): TileWeights[] {
  const end = starts.at(-1)! + size;
  const raw = starts.map((start, index) => {
    const left = index === 0 ? 0 : starts[index - 1]! + size - start;
    const right = index === starts.length - 1 ? 0 : start + size - starts[index + 1]!;
    return Float64Array.from(
      { length: size },
      (_, at) => ramp(at, left) * ramp(size - 1 - at, right),
    );
  });
  const total = new Float64Array(end);
  for (const [index, window] of raw.entries()) {
    for (let at = 0; at < size; at++) total[starts[index]! + at]! += window[at]!;
  }
  const sum = new Float64Array(end);
  return raw.map((window, index) => {
    const start = starts[index]!;
    const own = window.map((weight, at) => weight / total[start + at]!);
    const before = sum.slice(start, start + size);
    for (let at = 0; at < size; at++) sum[start + at]! += own[at]!;
    return { own, before };
  });
}

/** A ramp from near 0 to 1 over `length` positions, sampled at their centres so that none is 0. */
function ramp(at: number, length: number): number {
  return at >= length ? 1 : Math.sin((Math.PI * (at + 0.5)) / (2 * length)) ** 2;
}
