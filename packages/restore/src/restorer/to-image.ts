import { fileURLToPath } from 'node:url';
import { type Image, imageOf } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { decodeImage, readImage } from '../image/read-image.ts';
import { fetchBytes } from './fetch-bytes.ts';

/** Pixels side by side, one byte a channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
export interface RawImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Default: what the length of `data` says. */
  readonly channels?: 1 | 2 | 3 | 4;
}

/** What {@link Restorer.restore} takes: a path, a URL, the bytes of an image file, pixels, or an image. */
export type ImageSource = string | URL | Uint8Array | RawImage | Image;

/**
 * An image from wherever it comes.
 *
 * Errors: those of `readImage` and of fetching; `INVALID_ARGUMENT` for pixels whose number does not fit.
 */
export async function toImage(source: ImageSource, signal?: AbortSignal): Promise<Image> {
  if (source instanceof URL || (typeof source === 'string' && isUrl(source))) {
    const url = new URL(source);
    if (url.protocol === 'file:') return readImage(fileURLToPath(url));
    return decodeImage(await fetchBytes(url, signal), { label: url.href });
  }
  if (typeof source === 'string') return readImage(source);
  if (source instanceof Uint8Array) return decodeImage(source);
  return isPlanar(source) ? source : fromPixels(source);
}

/** Whether a text is a URL; a Windows path as `c:\\a.png` is none. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text);
}

function isPlanar(source: RawImage | Image): source is Image {
  return source.data instanceof Float32Array;
}

function fromPixels({ data, width, height, channels }: RawImage): Image {
  const count = channels ?? data.length / (width * height);
  if (![1, 2, 3, 4].includes(count) || data.length !== count * width * height) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `pixels: ${data.length} values do not make an image of ${width}x${height}; pass 1 to 4 bytes a pixel.`,
    );
  }
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let plane = 0; plane < 3; plane++)
    for (let at = 0; at < size; at++)
      planes[plane * size + at] = data[at * count + (count < 3 ? 0 : plane)]! / 255;
  const image = imageOf(width, height, planes);
  const grey = count < 3 ? { origin: { grey: true } as const } : {};
  if (count === 1 || count === 3) return { ...image, ...grey };
  const alpha = Float32Array.from({ length: size }, (_, at) => data[at * count + count - 1]! / 255);
  return { ...image, ...grey, alpha };
}
