import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from '../image/image.ts';

export interface TileOptions {
  /** Longest side of a tile. */
  readonly tile: number;
  /** Minimum number of pixels that neighbours share; rounded up to the step that tiles start on. */
  readonly overlap: number;
  /** Number that both sides of the model's input must be multiples of; default: 1. */
  readonly sizeMultiple?: number;
  /**
   * Step of several tiles: multiples of it for starts and sides; see `deepestScale`. Default: 1.
   */
  readonly tileStep?: number;
  /** Sides fixed by the model: tiles use them, however small the image. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Tiles of the same size on a grid: every column's left edge with every row's upper edge. */
export interface TilePlan {
  readonly width: number;
  readonly height: number;
  /**
   * Left edges, ascending. The last tile may pass the image's right edge: mirror the image there.
   */
  readonly columns: readonly number[];
  /** Upper edges, ascending. */
  readonly rows: readonly number[];
}

/**
 * Plans the tiles of an image: as few as cover it, all of the same size so that a session sees one
 * shape, as small as their number allows, and evenly spaced. They start on multiples, so that
 * strides and pixel shuffles fall on the same pixels as in the whole image.
 *
 * Errors: `INVALID_ARGUMENT` for a tile smaller than these multiples, or an overlap as large as the
 * tile.
 *
 * @example planTiles({ width: 1000, height: 300 }, { tile: 512, overlap: 32 })
 * // { width: 355, height: 300, columns: [0, 323, 645], rows: [0] }
 */
export function planTiles(
  image: { readonly width: number; readonly height: number },
  options: TileOptions,
): TilePlan {
  const { width: columns, height: rows } = options;
  const across = planSide(image.width, columns, options);
  const down = planSide(image.height, rows, options);
  return { width: across.size, height: down.size, columns: across.starts, rows: down.starts };
}

function planSide(
  side: number,
  builtIn: number | undefined,
  options: TileOptions,
): { size: number; starts: number[] } {
  const { tile, sizeMultiple = 1, tileStep = 1 } = options;
  const enough = builtIn ?? Math.ceil(side / sizeMultiple) * sizeMultiple;
  if (side <= enough && (builtIn !== undefined || enough <= tile)) {
    return { size: enough, starts: [0] };
  }
  const wanted = leastCommonMultiple(sizeMultiple, tileStep);
  const step = builtIn === undefined || builtIn % wanted === 0 ? wanted : 1;
  const up = (length: number): number => Math.ceil(length / step) * step;
  const whole = up(side);
  const longest = builtIn ?? Math.floor(tile / step) * step;
  if (!(longest >= step)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `tile of ${tile}: too small, because this model needs multiples of ${step}; use a larger tile.`,
    );
  }
  const overlap = up(Math.max(0, options.overlap));
  if (overlap >= longest) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `overlap of ${overlap}: it fills a tile of ${longest}; use a smaller overlap or a larger tile.`,
    );
  }
  const count = Math.ceil((whole - overlap) / (longest - overlap));
  const size = builtIn ?? up((whole + (count - 1) * overlap) / count);
  const steps = (whole - size) / step;
  const starts = Array.from(
    { length: count },
    (_, index) => Math.round((index * steps) / (count - 1)) * step,
  );
  return { size, starts };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

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
