import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, listNames, realPath } from '@pip-graft/onnx-graft/node';
import { imageExtensions, readImage } from '@pip-graft/restore';

/**
 * Lists the photos in a folder and its subfolders, by extension.
 *
 * Paths begin with `folder`; their order depends only on the names. Skips names that begin with a
 * dot, and links to a visited folder. Opens no photo.
 *
 * Errors: `NOT_FOUND` without the folder, `READ_FAILED`; `INVALID_ARGUMENT` for a file, and for a
 * folder without photos.
 *
 * @example const photos = await listPhotos('photos'); // ['photos/a.png', 'photos/trip/b.jpg']
 */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = await photoNames(folder);
  return names.map((name) => join(folder, ...name.split('/')));
}

/** {@link listPhotos} with paths relative to the folder, and `/` between names on every system. */
export async function photoNames(folder: string): Promise<string[]> {
  const entry = await stat(folder).catch((error: unknown) => {
    throw ioError('read', folder, error);
  });
  if (!entry.isDirectory()) {
    throw new GraftError('INVALID_ARGUMENT', `${folder}: it is a file; give a folder of photos.`);
  }
  const names: string[] = [];
  await visit(folder, '', names, new Set());
  if (names.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${folder}: there are no photos in it or below; expected files with ${imageExtensions.join(', ')}.`,
    );
  }
  // By code units: a locale's order would differ between machines.
  return names.sort();
}

async function visit(
  path: string,
  name: string,
  names: string[],
  seen: Set<string>,
): Promise<void> {
  const failed = (at: string) => (error: unknown) => {
    throw ioError('read', at, error);
  };
  const real = attempt(path, () => realPath(path));
  if (seen.has(real)) return;
  seen.add(real);
  // Sorted, so that of two links to one folder always the same one is followed.
  for (const child of attempt(path, () => listNames(path)).sort()) {
    if (child.startsWith('.')) continue;
    const below = join(path, child);
    const longer = name === '' ? child : `${name}/${child}`;
    const entry = await stat(filePath(below)).catch(failed(below));
    if (entry.isDirectory()) await visit(below, longer, names, seen);
    else if (imageExtensions.includes(extname(child).toLowerCase())) names.push(longer);
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/** Files of a degraded image and of its clean original. */
export interface PhotoPair {
  readonly input: string;
  readonly target: string;
}

/**
 * Lists the pairs in a folder that contains `input/` (degraded) and `target/` (clean).
 *
 * Images whose paths below these two differ at most in the extension are a pair. Ordered by these
 * paths. Opens no image.
 *
 * Errors: `NOT_FOUND` if a folder is missing, `READ_FAILED`; `INVALID_ARGUMENT` for a folder
 * without images, an image without its counterpart, and two images of one name.
 *
 * @example const [pair] = await listPairs('rain'); // rain/input/1.jpg, rain/target/1.png
 */
export async function listPairs(folder: string): Promise<PhotoPair[]> {
  const inputs = await half(folder, 'input');
  const targets = await half(folder, 'target');
  for (const stem of targets.keys())
    if (!inputs.has(stem)) throw alone(targets.get(stem)!, 'input');
  return [...inputs].map(([stem, input]) => {
    const target = targets.get(stem);
    if (target === undefined) throw alone(input, 'target');
    return { input, target };
  });
}

/** Paths by their names without extensions. */
async function half(folder: string, name: 'input' | 'target'): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const photo of await photoNames(join(folder, name))) {
    const stem = photo.slice(0, -extname(photo).length);
    const path = join(folder, name, ...photo.split('/'));
    const other = files.get(stem);
    if (other !== undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${path}: ${other} has the same name except for the extension; keep one of them.`,
      );
    }
    files.set(stem, path);
  }
  return files;
}

function alone(path: string, other: 'input' | 'target'): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `${path}: no image of this name is in ${other}/; add it, or remove this one.`,
  );
}

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
