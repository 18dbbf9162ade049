/** Below this, context is too small for any of the networks and halving ends. */
export const minimumTile = 64;

/**
 * What a model may take for one run. Fixed, so that on machines with memory to spare the
 * same image is cut into the same tiles; with it an image of 12 megapixels is restored
 * by NAFNet of width 32 in less than 3 GB, the image, the result and the runtime included.
 */
export const tileBudget = 2 * 1024 ** 3;

/** No more than this part of the memory that is free: others need some, and the estimate may be low. */
const share = 0.5;

/**
 * The longest side of tiles that fit into memory; Infinity when the image does whole.
 *
 * @param available bytes of memory that are free now
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
