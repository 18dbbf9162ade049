import { readImage } from '@pip-graft/restore';

/** A decoded photo with the samples of its file: planar RGB, a value is `data[i] / top`. */
export interface Photo {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /**
   * 3 · height · width, 8 bits, or 16 if the file has them: a quarter or half of float32's memory.
   */
  readonly data: Uint8Array | Uint16Array;
  readonly top: 255 | 65535;
}

/**
 * Keeps the most recently used decoded photos, within a number of bytes.
 *
 * Errors of `read`: those of `readImage`, which name the file.
 *
 * @example
 * const cache = new PhotoCache(512 * 2 ** 20);
 * const { width } = await cache.read('photo.jpg'); // decoded
 * await cache.read('photo.jpg'); // not again
 */
export class PhotoCache {
  readonly #limit: number;
  readonly #pixels: number | undefined;
  readonly #kept = new Map<string, Photo>();
  readonly #reading = new Map<string, Promise<Photo>>();
  #bytes = 0;

  /**
   * @param limit bytes; a photo larger than this is decoded each time
   * @param pixels largest width times height of a photo; default: that of `readImage`
   */
  constructor(limit: number, pixels?: number) {
    this.#limit = limit;
    this.#pixels = pixels;
  }

  /** Bytes of the photos that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  read(file: string): Promise<Photo> {
    const photo = this.#kept.get(file);
    if (photo !== undefined) {
      // A Map is in order of insertion: inserted last, it is the last to go.
      this.#kept.delete(file);
      this.#kept.set(file, photo);
      return Promise.resolve(photo);
    }
    const reading = this.#reading.get(file) ?? this.#decode(file);
    this.#reading.set(file, reading);
    return reading;
  }

  async #decode(file: string): Promise<Photo> {
    try {
      const {
        width,
        height,
        data: values,
        bitDepth,
      } = await readImage(file, this.#pixels === undefined ? {} : { pixels: this.#pixels });
      const top = bitDepth === 16 ? 65535 : 255;
      const data = new (bitDepth === 16 ? Uint16Array : Uint8Array)(values.length);
      for (let at = 0; at < data.length; at++) data[at] = Math.round(values[at]! * top);
      const photo: Photo = { file, width, height, data, top };
      this.#keep(photo);
      return photo;
    } finally {
      this.#reading.delete(file);
    }
  }

  #keep(photo: Photo): void {
    if (photo.data.byteLength > this.#limit) return;
    this.#kept.set(photo.file, photo);
    this.#bytes += photo.data.byteLength;
    for (const [file, { data }] of this.#kept) {
      if (this.#bytes <= this.#limit) return;
      this.#kept.delete(file);
      this.#bytes -= data.byteLength;
    }
  }
}
