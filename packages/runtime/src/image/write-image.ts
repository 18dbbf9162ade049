import { GraftError } from '@pip-graft/onnx-graft';
import { writeAtomic } from '@pip-graft/onnx-graft/node';
import sharp from 'sharp';
import { formatOf, type ImageFormat } from './formats.ts';
import type { Image } from './image.ts';

export interface EncodeOptions {
  /** JPEG and WebP quality, 1 to 100; default 95. */
  readonly quality?: number;
}

/**
 * Writes a picture in the format of the path's extension: to a temporary file
 * beside it that is renamed when it is whole.
 *
 * Values outside 0 to 1 are clipped. PNG and TIFF keep 16 bits and all but JPEG keep alpha.
 *
 * Errors: `INVALID_ARGUMENT` for another extension, `WRITE_FAILED` (nothing changed).
 *
 * @example await writeImage('out/photo.png', image);
 */
export async function writeImage(
  path: string,
  image: Image,
  options: EncodeOptions = {},
): Promise<void> {
  const bytes = await encodeImage(image, formatOf(path), options);
  await writeAtomic(path, (append) => append(bytes));
}

/** A picture as the bytes of a file. Errors: `RUNTIME_FAILED` when the encoder refuses, as WebP past 16383 pixels. */
export async function encodeImage(
  image: Image,
  format: ImageFormat,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  const { quality = 95 } = options;
  const deep = image.bitDepth === 16 && (format === 'png' || format === 'tiff');
  const withAlpha = image.alpha !== undefined && format !== 'jpeg';
  const samples = interleaved(image, deep, withAlpha);
  const { width, height } = image;
  const raw = { width, height, channels: withAlpha ? 4 : 3 } as const;
  const encoder = sharp(samples, { raw, limitInputPixels: false });
  if (deep) encoder.toColourspace('rgb16');
  if (format === 'png') encoder.png();
  else if (format === 'jpeg') encoder.jpeg({ quality, chromaSubsampling: '4:4:4' });
  else if (format === 'webp') encoder.webp({ quality });
  else encoder.tiff({ compression: 'deflate', predictor: 'horizontal' });
  return encoder.toBuffer().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new GraftError(
      'RUNTIME_FAILED',
      `A picture of ${width}x${height} could not be written as ${format}: ${reason}`,
      { cause },
    );
  });
}

/** Samples pixel by pixel, rounded to nearest and clipped; NaN, which no picture can hold, becomes 0. */
function interleaved(image: Image, deep: boolean, withAlpha: boolean): Uint8Array | Uint16Array {
  const { data, alpha } = image;
  const size = image.width * image.height;
  const top = deep ? 65535 : 255;
  const channels = withAlpha ? 4 : 3;
  const samples = deep ? new Uint16Array(size * channels) : new Uint8Array(size * channels);
  for (let plane = 0; plane < channels; plane++) {
    const values = plane < 3 ? data.subarray(plane * size, (plane + 1) * size) : alpha!;
    for (let at = 0, to = plane; at < size; at++, to += channels) {
      samples[to] = Math.round(Math.min(1, Math.max(0, values[at]!)) * top);
    }
  }
  return samples;
}
