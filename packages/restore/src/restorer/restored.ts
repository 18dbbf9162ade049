import type { Image } from '@pip-graft/imaging';
import type { ImageFormat } from '../image/formats.ts';
import { rgbaOf } from '../image/rgba.ts';
import { type EncodeOptions, encodeImage, writeImage } from '../image/write-image.ts';

/** Media types of the formats that images are written in. */
export type BlobType = `image/${ImageFormat}`;

/** An image that was restored. */
export class Restored<Label extends string = string> {
  readonly image: Image;
  /** The weights that the model's sensor found; undefined where the caller gave them, or there is no sensor. */
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

  /** Writes a PNG, JPEG, WebP or TIFF file, as the path says. Errors: those of `writeImage`. */
  save(path: string, options: EncodeOptions = {}): Promise<void> {
    return writeImage(path, this.image, options);
  }

  /** The bytes of an image file. Errors: those of `encodeImage`. */
  toBytes(format: ImageFormat = 'png', options: EncodeOptions = {}): Promise<Uint8Array> {
    return encodeImage(this.image, format, options);
  }

  /** A file as a Blob, as for a `Response`; the type is a media type. Errors: those of `encodeImage`. */
  async toBlob(type: BlobType = 'image/png', options: EncodeOptions = {}): Promise<Blob> {
    const bytes = await this.toBytes(type.slice('image/'.length) as ImageFormat, options);
    return new Blob([new Uint8Array(bytes)], { type });
  }

  /** RGBA, a byte a channel, as a canvas takes it. */
  toPixels(): Uint8ClampedArray<ArrayBuffer> {
    return rgbaOf(this.image);
  }
}
