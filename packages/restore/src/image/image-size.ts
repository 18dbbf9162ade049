import { loadSharp } from './load-sharp.ts';
import { unreadable } from './unreadable.ts';

/** What the head of a picture file says. */
export interface ImageSize {
  /** As stored: before the camera's orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Pages or frames, of which only the first is read. */
  readonly pages: number;
}

/**
 * The size of the picture in a file's bytes, without decoding it.
 *
 * Errors: `CORRUPT_FILE` for what is no picture; `DEVICE_UNAVAILABLE` where sharp does not load.
 */
export async function imageSize(bytes: Uint8Array, label = 'image'): Promise<ImageSize> {
  const sharp = await loadSharp();
  try {
    const { width, height, pages = 1 } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { width, height, pages };
  } catch (cause) {
    throw unreadable(label, bytes, cause);
  }
}
