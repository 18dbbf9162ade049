import { GraftError } from '@pip-graft/onnx-graft';

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
