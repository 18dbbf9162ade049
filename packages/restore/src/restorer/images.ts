import type { Image } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { ImageFormat } from '../image/formats.ts';
import { decodeImage, readImage } from '../image/read-image.ts';
import { fromPixels, nameOfKind, type RawImage, requireSize, rgbaOf } from '../image/rgba.ts';
import { type EncodeOptions, encodeImage, writeImage } from '../image/write-image.ts';
import { addressOf, fetchBytes } from './fetch-bytes.ts';
import { requireOptions } from './require-options.ts';
import { urlName } from './url-name.ts';

/**
 * Input of {@link Restorer.restore}: a path, a URL, the bytes of an image file, a Blob, pixels, or
 * an image.
 */
export type ImageSource = string | URL | Uint8Array | ArrayBuffer | Blob | RawImage | Image;

/**
 * Reads or converts any source to an image.
 *
 * Errors: those of `readImage` and of fetching; `INVALID_ARGUMENT` for pixels whose number does not
 * match the size, and for anything else.
 */
export async function toImage(source: ImageSource, signal?: AbortSignal): Promise<Image> {
  if (typeof source === 'string' || source instanceof URL) {
    const address = addressOf(source, 'image');
    if ('path' in address) return readImage(address.path);
    const bytes = await fetchBytes(address.url, signal);
    return decodeImage(bytes, { label: urlName(address.url) });
  }
  if (source instanceof Uint8Array) return decodeImage(source);
  if (source instanceof ArrayBuffer) return decodeImage(new Uint8Array(source));
  if (source instanceof Blob) {
    const label = 'name' in source && typeof source.name === 'string' ? source.name : 'image';
    return decodeImage(new Uint8Array(await source.arrayBuffer()), { label });
  }
  if (typeof source !== 'object' || source === null || !ArrayBuffer.isView(source.data)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `image: ${nameOfKind(source)} cannot be restored; pass a path, a URL, the bytes of a file, a Blob, or pixels.`,
    );
  }
  return isPlanar(source) ? checked(source) : fromPixels(source);
}

function isPlanar(source: RawImage | Image): source is Image {
  return source.data instanceof Float32Array;
}

/** Beyond this, values of 0 to 1 do not overshoot, whatever filter made them. */
const farthest = 2;

/** Errors: `INVALID_ARGUMENT` if an image's planes do not match its size, or their values the range. */
function checked(image: Image): Image {
  const { data, alpha, width, height } = image;
  requireSize(image);
  const size = width * height;
  // Interleaved floats would be taken for planes.
  if ('channels' in image || data.length !== 3 * size) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `image: a Float32Array holds three planes of ${width}x${height}, ${3 * size} numbers from 0 to 1, without \`channels\`; pass interleaved pixels as a Uint8Array.`,
    );
  }
  const wrong = data.find((value) => !(Math.abs(value) <= farthest));
  if (wrong !== undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `image: its values go from 0 to 1, and ${wrong} is among them; divide values up to 255 by 255.`,
    );
  }
  if (alpha !== undefined && alpha.length !== size) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `image: its alpha has ${alpha.length} numbers; pass ${size}.`,
    );
  }
  return image;
}

/** Media types of the image formats that can be written. */
export type BlobType = `image/${ImageFormat}`;

/** A restored image. */
export class Restored<Label extends string = string> {
  readonly image: Image;
  /**
   * Weights that the model's sensor found; undefined without one, or if the caller passed weights.
   */
  readonly found: Readonly<Record<Label, number>> | undefined;
  /**
   * What may not be as expected, for people: a strength outside 0 to 1.5, pages beside the first,
   * or values that had to be clipped. Usually empty.
   */
  readonly warnings: readonly string[];

  constructor(
    image: Image,
    found?: Readonly<Record<Label, number>>,
    warnings: readonly string[] = [],
  ) {
    this.image = image;
    this.found = found;
    this.warnings = warnings;
  }

  get width(): number {
    return this.image.width;
  }

  get height(): number {
    return this.image.height;
  }

  /**
   * Writes PNG, JPEG, WebP, TIFF or AVIF, by the extension of a path or `file:` URL.
   *
   * Errors: those of `writeImage`; `INVALID_ARGUMENT` for another URL.
   */
  async save(path: string | URL, options: EncodeOptions = {}): Promise<void> {
    requireOptions(options, 'file');
    const address = addressOf(path, 'path');
    if ('path' in address) return writeImage(address.path, this.image, options);
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${urlName(address.url)}: images are saved to files; pass a path, or use toBlob or toBytes.`,
    );
  }

  /** Returns the bytes of an image file. Errors: those of `encodeImage`. */
  async toBytes(format: ImageFormat = 'png', options: EncodeOptions = {}): Promise<Uint8Array> {
    requireOptions(options, 'file');
    return encodeImage(this.image, format, options);
  }

  /**
   * Returns a file as a Blob, such as for a `Response`; `type` is a media type. Errors: those of
   * `encodeImage`.
   */
  async toBlob(type: BlobType = 'image/png', options: EncodeOptions = {}): Promise<Blob> {
    const format = String(type).replace(/^image\//, '') as ImageFormat;
    const bytes = await this.toBytes(format, options);
    return new Blob([new Uint8Array(bytes)], { type: `image/${format}` });
  }

  /** Returns RGBA with one byte per channel, as a canvas takes it. */
  toPixels(): Uint8ClampedArray<ArrayBuffer> {
    return rgbaOf(this.image);
  }
}
