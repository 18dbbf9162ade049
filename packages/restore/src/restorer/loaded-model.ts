import { autoTile } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Session } from '@pip-graft/runtime/session';
import { spelled } from '../image/spelled.ts';
import type { ModelParts } from '../run/model-parts.ts';
import type { RestoreTiledOptions } from '../run/restore-tiled.ts';
import type { ModelSettings } from '../steer/settings-of.ts';

/** A model loaded in any runtime, with what it needs to run on images. */
export interface LoadedModel {
  readonly session: Session;
  readonly settings: ModelSettings;
  /** Its parts, for images of several tiles and for what its sensor finds. */
  readonly parts?: ModelParts | undefined;
  /** Bytes that are free for a run; tiles use half. */
  available(): number;
}

/** Frees a loaded model's memory. */
export async function releaseLoaded({ session, parts }: LoadedModel): Promise<void> {
  await parts?.release();
  await session.release();
}

/** Options of a call besides weights and strength. */
export interface TileRequest {
  /** Longest side of a tile in pixels; default: `auto`, as large as half the free memory allows. */
  readonly tile?: number | 'auto' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns options of `restoreTiled` for an image: the model's settings, and the tile.
 *
 * Errors: `INVALID_ARGUMENT` for a tile that is not a whole number.
 */
export function tileSettings(
  { settings, parts, available }: LoadedModel,
  image: { readonly width: number; readonly height: number },
  { tile = 'auto', signal }: TileRequest,
): RestoreTiledOptions {
  if (tile !== 'auto' && tile !== Number.POSITIVE_INFINITY && !(Number.isInteger(tile) && tile > 0))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `tile: ${spelled(tile)} is not a whole number of pixels; pass one such as 512, or 'auto'.`,
    );
  const { restore, bytesPerPixel, inside } = settings;
  const { sizeMultiple } = restore;
  const memory = { bytesPerPixel, sizeMultiple, whole: inside !== undefined };
  const side = tile === 'auto' ? autoTile(image, { ...memory, available: available() }) : tile;
  return {
    ...restore,
    parts,
    ...(Number.isFinite(side) ? { tile: side } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}
