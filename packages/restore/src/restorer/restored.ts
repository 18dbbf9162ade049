import type { Image } from '@pip-graft/imaging';
import type { ImageFormat } from '../image/formats.ts';
import { type EncodeOptions, encodeImage, writeImage } from '../image/write-image.ts';

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

  /** RGBA, a byte a channel, as a canvas takes it. */
  toPixels(): Uint8ClampedArray {
    const { data, alpha, width, height } = this.image;
    const size = width * height;
    const pixels = new Uint8ClampedArray(4 * size);
    for (let at = 0; at < size; at++) {
      for (let plane = 0; plane < 3; plane++)
        pixels[4 * at + plane] = data[plane * size + at]! * 255;
      pixels[4 * at + 3] = alpha === undefined ? 255 : alpha[at]! * 255;
    }
    return pixels;
  }
}
