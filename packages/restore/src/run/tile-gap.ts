import type { Image } from '@pip-graft/imaging';
import { difference, psnr } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { restoreImage } from './restore-image.ts';
import { type RestoreTiledOptions, restoreTiled } from './restore-tiled.ts';

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
