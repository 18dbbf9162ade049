import { GraftError } from '@pip-graft/onnx-graft';

export interface TileOptions {
  /** Longest side that a tile may have. */
  readonly tile: number;
  /** Pixels that neighbours share at least; rounded up to what tiles start on. */
  readonly overlap: number;
  /** Both sides of what the model takes are multiples of this; default 1. */
  readonly sizeMultiple?: number;
  /** Where there are several tiles, they start on multiples of this too, and have such sides; see `deepestScale`. Default 1. */
  readonly tileStep?: number;
  /** A side that the model has built in: tiles have it, however small the image. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Tiles of one size on a grid: each column's left edge with each row's upper edge. */
export interface TilePlan {
  readonly width: number;
  readonly height: number;
  /** Left edges, rising. The last tile may reach over the image's right side; mirror the image there. */
  readonly columns: readonly number[];
  /** Upper edges, rising. */
  readonly rows: readonly number[];
}

/**
 * Where the tiles of an image lie: as few as cover it, all of one size so that a
 * session sees one shape, made as small as their number lets them be, and spread
 * evenly. They start on multiples, so that strides and pixel shuffles fall on the same
 * pixels as when the image is restored whole.
 *
 * Errors: `INVALID_ARGUMENT` for a tile below these multiples, or an overlap that fills it.
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
      `A tile of ${tile} is below the ${step} pixels that this model's sizes are multiples of; choose a larger one.`,
    );
  }
  const overlap = up(Math.max(0, options.overlap));
  if (overlap >= longest) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `An overlap of ${overlap} fills a tile of ${longest}; choose a smaller overlap or a larger tile.`,
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
