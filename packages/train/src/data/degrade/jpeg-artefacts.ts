import { decodeImage, loadSharp, oneAtATime } from '@pip-graft/restore';
import type { Random } from '@pip-graft/weights';
import { drawWhole, type Range } from './range.ts';

/** Ranges that {@link jpegArtefacts} draws from. */
export interface JpegRanges {
  /** Quality of the file, 1 to 100. */
  readonly quality: Range;
}

export const jpegRanges: JpegRanges = { quality: [10, 40] };

/**
 * Compresses as a JPEG file of random quality, with halved colour resolution, as in most files.
 *
 * The blocks begin in the upper left corner.
 *
 * Errors: `DEVICE_UNAVAILABLE` if sharp does not load.
 *
 * @example await jpegArtefacts(planes, 128, 128, new Random(7))
 */
export function jpegArtefacts(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  { quality }: JpegRanges = jpegRanges,
): Promise<Float32Array> {
  return compressJpeg(planes, width, height, drawWhole(quality, random));
}

/** Stores planes in a JPEG file of a quality (1 to 100) and reads them back. */
export async function compressJpeg(
  planes: Float32Array,
  width: number,
  height: number,
  quality: number,
): Promise<Float32Array> {
  const size = width * height;
  const samples = new Uint8Array(planes.length);
  for (let at = 0; at < planes.length; at++) {
    const value = Math.min(1, Math.max(0, planes[at]!));
    samples[(at % size) * 3 + Math.floor(at / size)] = Math.round(value * 255);
  }
  const sharp = await loadSharp();
  const encoder = sharp(samples, { raw: { width, height, channels: 3 } });
  encoder.jpeg({ quality, chromaSubsampling: '4:2:0' });
  const file = await oneAtATime(() => encoder.toBuffer());
  return (await decodeImage(file)).data;
}
