/** Smallest tile: below this, no network has enough context. */
export const minimumTile = 64;

/**
 * Bytes that a model may use for one run. Fixed, so that machines with enough memory cut the same image
 * into the same tiles: NAFNet of width 32 restores 12 megapixels in less than 3 GB, including the
 * image, the result and the runtime.
 */
export const tileBudget = 2 * 1024 ** 3;

/** Share of the free memory to use: other processes need some, and the estimate may be low. */
const share = 0.5;

/**
 * The longest side of tiles that fit in memory; Infinity if the whole image fits.
 *
 * @param memory bytes per pixel that the model needs, free bytes, and the size multiple
 *
 * @example autoTile(image, { bytesPerPixel: 4648, available: 16e9 }) // 679 for 4000x3000
 */
export function autoTile(
  image: { readonly width: number; readonly height: number },
  memory: {
    readonly bytesPerPixel: number;
    readonly available: number;
    readonly sizeMultiple?: number;
  },
): number {
  const { bytesPerPixel, available, sizeMultiple = 1 } = memory;
  const pixels = Math.min(tileBudget, available * share) / bytesPerPixel;
  if (image.width * image.height <= pixels) return Number.POSITIVE_INFINITY;
  const side = Math.floor(Math.sqrt(pixels) / sizeMultiple) * sizeMultiple;
  return Math.max(side, Math.ceil(minimumTile / sizeMultiple) * sizeMultiple);
}
