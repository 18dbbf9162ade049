import {
  blendTile,
  cropImage,
  cutImage,
  difference,
  extendImage,
  type Image,
  minimumTile,
  planTiles,
  psnr,
  requireImage,
  type TileOptions,
  type TilePlan,
  tileWeights,
} from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Session } from '@pip-graft/runtime/session';
import { countLooks, findDegradation } from '../steer/find-degradation.ts';
import { isBroken, isOutOfMemory } from './failure.ts';
import type { ModelParts } from './model-parts.ts';
import {
  clip,
  imageInput,
  type RestoreOptions,
  requireSession,
  restoreImage,
  runImage,
} from './run-image.ts';
import { openHalves, sharedPrompts } from './whole-prompts.ts';

export interface RestoreTiledOptions extends RestoreOptions {
  /** Longest side of a tile in pixels; default: no limit, one tile for the whole image. */
  readonly tile?: number;
  /** Pixels that neighbouring tiles share; default: {@link defaultOverlap}. */
  readonly overlap?: number;
  /**
   * Tiles start at multiples of this; default: 1. `deepestScale` keeps the gap to the whole small.
   */
  readonly tileStep?: number;
  /**
   * Parts of the model, with which every tile gets its part of the whole image's prompts, and a
   * sensor looks without the network; default: each tile finds its own.
   */
  readonly parts?: ModelParts | undefined;
  readonly signal?: AbortSignal;
  /**
   * Called after each run that looks at the whole image before the first tile: the sensor's, and
   * those that the prompts need.
   */
  readonly onLook?: (done: number, looks: number, plan: TilePlan) => void;
  /** Called after each tile; `soFar` is the image with the finished tiles restored. */
  readonly onTile?: (done: number, total: number, plan: TilePlan, soFar: Image) => void;
  /** Called when there is not enough memory for tiles of `tile`, before trying tiles of `next`. */
  readonly onShrink?: (tile: number, next: number) => void;
}

/**
 * Restores an image in overlapping tiles of one size, all with the same settings, blended into each
 * other. If memory runs out, halves the tile, down to 64, and starts the image again. Runs a model
 * with fixed sizes on tiles of that size.
 *
 * A sensor runs once for the whole image: if each tile found its own degradation, seams would show.
 *
 * With `parts`, PIP sees the whole image too. Networks that pool over the image see each tile as
 * a separate image, so their result differs from that of `restoreImage`; see `tileGap`.
 *
 * A network that mirrors its image inside may fail on one of a few pixels. It then gets the image
 * mirrored up to 64 pixels.
 *
 * Besides image and result, both float32, memory holds one tile.
 *
 * Errors: those of `restoreImage`; `INVALID_ARGUMENT` for an impossible tile or overlap.
 *
 * @example await restoreTiled(session, photo, { sizeMultiple: 8, tile: 512, tileStep: 8 });
 */
export async function restoreTiled(
  session: Session,
  image: Image,
  options: RestoreTiledOptions = {},
): Promise<Image> {
  requireSession(session, 'restoreTiled');
  requireImage(image, 'restoreTiled');
  try {
    return await restoreAsIs(session, image, options);
  } catch (error) {
    const isFailure = error instanceof GraftError && error.code === 'RUNTIME_FAILED';
    const large = extendImage(image, enough, enough);
    if (!isFailure || large === image || isOutOfMemory(error) || isBroken(error)) throw error;
    const { width, height } = image;
    const { signal, onTile } = options;
    const cut = (made: Image): Image => ({ ...image, data: cropImage(made, width, height).data });
    try {
      const made = await restoreAsIs(session, large, {
        ...options,
        onTile: (done, total, plan, soFar) => onTile?.(done, total, plan, cut(soFar)),
      });
      return cut(made);
    } catch {
      signal?.throwIfAborted();
      throw error;
    }
  }
}

/** A side at which networks run: their range is measured at it. */
const enough = 64;

async function restoreAsIs(
  session: Session,
  image: Image,
  options: RestoreTiledOptions,
): Promise<Image> {
  const [, , height, width] = imageInput(session).dims;
  const { sizeMultiple = 1, tileStep = 1 } = options;
  const step = Math.max(sizeMultiple, tileStep);
  const least = Math.ceil(minimumTile / step) * step;
  const builtIn = { width: sizeOf(width), height: sizeOf(height) };
  let { tile = Number.POSITIVE_INFINITY, overlap } = options;
  for (;;) {
    const shared =
      overlap ??
      defaultOverlap(Math.min(tile, ...Object.values(builtIn).map((side) => side ?? tile)));
    const asked: TileOptions = { tile, overlap: shared, sizeMultiple, tileStep, ...builtIn };
    const plan = planTiles(image, asked);
    try {
      return await restorePlan(session, image, plan, options);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      // A side that the model fixes stays, whatever the tile; with both fixed, nothing can shrink.
      const side = Math.max(
        builtIn.width === undefined ? plan.width : 0,
        builtIn.height === undefined ? plan.height : 0,
      );
      if (side <= least) {
        throw new GraftError(
          'RUNTIME_FAILED',
          `${session.label}: not enough memory, even for a tile of ${plan.width}x${plan.height}; close other programs or use a smaller model.`,
          { cause: error },
        );
      }
      const next = Math.max(least, Math.floor(side / 2 / step) * step);
      options.onShrink?.(side, next);
      tile = next;
      if (overlap !== undefined) overlap = Math.min(overlap, Math.floor(next / 2));
    }
  }
}

/**
 * Returns the default overlap of neighbouring tiles in pixels: an eighth of the tile, 64 to 192, and
 * at most a quarter. A network that judges haze looks at 200 pixels around, and where two tiles see
 * different surroundings, their results differ; an eighth costs no tile more than a tile of 512 pays.
 *
 * @example defaultOverlap(1024) // 128
 */
export function defaultOverlap(tile: number): number {
  const eighth = Math.min(192, Math.max(64, Math.floor(tile / 8)));
  return Math.min(eighth, Math.floor(tile / 4));
}

function sizeOf(dim: number | string | undefined): number | undefined {
  return typeof dim === 'number' ? dim : undefined;
}

async function restorePlan(
  session: Session,
  image: Image,
  plan: TilePlan,
  options: RestoreTiledOptions,
): Promise<Image> {
  const { width, height, columns, rows } = plan;
  const across = tileWeights(columns, width);
  const down = tileWeights(rows, height);
  const total = columns.length * rows.length;
  const halves = total > 1 ? await openHalves(plan, options.parts) : undefined;
  const sensing = total > 1 && senses(options);
  const looks = (sensing ? countLooks(plan) : 0) + (halves ? total : 0);
  let looked = 0;
  const onRun = (): void => options.onLook?.(++looked, looks, plan);
  const told = sensing ? await tellAll(session, image, plan, { ...options, onRun }) : options;
  const shared = halves && (await sharedPrompts(image, plan, halves, { ...told, onRun }));
  const result = { ...image, data: new Float32Array(image.data.length) };
  let done = 0;
  for (const [row, y] of rows.entries()) {
    for (const [column, x] of columns.entries()) {
      options.signal?.throwIfAborted();
      const part = cutImage(image, { x, y, width, height });
      const data = await (shared
        ? runImage(shared.session, part, told, shared.feeds(column, row))
        : runImage(session, part, told));
      const weights = { across: across[column]!, down: down[row]! };
      blendTile(result, { data, width, height, x, y, ...weights });
      done++;
      options.onTile?.(done, total, plan, result);
    }
  }
  clip(result.data, options.onClip);
  return result;
}

/** Whether a sensor decides. */
function senses({ degradation, names }: RestoreTiledOptions): boolean {
  return degradation === undefined && names?.found !== undefined;
}

/** Returns the options with what the sensor finds in the whole image. */
async function tellAll(
  session: Session,
  image: Image,
  plan: TilePlan,
  options: RestoreTiledOptions & { readonly onRun: () => void },
): Promise<RestoreTiledOptions> {
  const degradation = await findDegradation(session, image, plan, options);
  options.onFound?.(degradation);
  return { ...options, degradation };
}

/** Difference between an image restored in tiles and the same image restored whole. */
export interface TileGap {
  readonly side: 'host' | 'grafted';
  readonly width: number;
  readonly height: number;
  readonly tile: number;
  readonly overlap: number;
  /** PSNR between the two in dB, peak 1; null if they are equal. */
  readonly psnr: number | null;
  readonly maxAbs: number;
}

/**
 * Measures how far an image restored in tiles is from the same image restored whole: what tiles
 * cost on a network that pools over the whole image.
 *
 * Errors: those of `restoreImage` and `restoreTiled`.
 *
 * @example await tileGap(session, photo, { tile: 256, overlap: 32, sizeMultiple: 8 });
 */
export async function tileGap(
  session: Session,
  image: Image,
  options: RestoreTiledOptions & { readonly tile: number; readonly overlap: number },
): Promise<Omit<TileGap, 'side'>> {
  const { tile, overlap } = options;
  const whole = await restoreImage(session, image, options);
  const tiled = await restoreTiled(session, image, options);
  const gap = psnr(tiled, whole);
  return {
    width: image.width,
    height: image.height,
    tile,
    overlap,
    psnr: Number.isFinite(gap) ? gap : null,
    maxAbs: difference(tiled, whole).maxAbs,
  };
}
