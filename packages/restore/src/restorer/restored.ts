import type { Image } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { ImageFormat } from '../image/formats.ts';
import { rgbaOf } from '../image/rgba.ts';
import { type EncodeOptions, encodeImage, writeImage } from '../image/write-image.ts';
import { addressOf } from './address.ts';
import { requireOptions } from './require-options.ts';
import { urlName } from './url-name.ts';

/** Media types of the image formats that can be written. */
export type BlobType = `image/${ImageFormat}`;

/** A restored image. */
export class Restored<Label extends string = string> {
  readonly image: Image;
  /**
   * Weights that the model's sensor found; undefined without one, or if the caller passed weights.
   */
  readonly found: Readonly<Record<Label, number>> | undefined;

  constructor(image: Image, found?: Readonly<Record<Label, number>>) {
    this.image = image;
    this.found = found;
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
