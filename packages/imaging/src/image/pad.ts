import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from './image.ts';

/**
 * Pads an image on the right and bottom until both sides are multiples of `multiple`, by mirroring
 * without repeating the edge. Mirrors repeatedly if the image is small, and repeats a single row or
 * column. Undo with {@link cropImage}. Transparency is not padded.
 *
 * Errors: `INVALID_ARGUMENT` if `multiple` is not a positive integer.
 *
 * @example cropImage(padToMultiple(image, 8), image.width, image.height)
 */
export function padToMultiple(image: Image, multiple: number): Image {
  if (!Number.isSafeInteger(multiple) || multiple < 1) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Size multiple ${multiple}: not valid; use a whole number of at least 1.`,
    );
  }
  const up = (side: number): number => Math.ceil(side / multiple) * multiple;
  return extendImage(image, up(image.width), up(image.height));
}

/** Extends an image to the right and bottom by repeated mirroring; a large enough side stays. */
export function extendImage(image: Image, wide: number, high: number): Image {
  const [width, height] = [Math.max(wide, image.width), Math.max(high, image.height)];
  if (width === image.width && height === image.height) return image;
  return cutImage(image, { x: 0, y: 0, width, height });
}

/** Cuts a part out of an image, without transparency, mirroring beyond the right and lower edge. */
export function cutImage(
  image: Image,
  part: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  },
): Image {
  const { width, height } = part;
  const columns = Array.from({ length: width }, (_, x) => mirrored(part.x + x, image.width));
  const data = new Float32Array(3 * width * height);
  let to = 0;
  for (let plane = 0; plane < 3; plane++) {
    for (let y = 0; y < height; y++) {
      const row = (plane * image.height + mirrored(part.y + y, image.height)) * image.width;
      for (let x = 0; x < width; x++, to++) data[to] = image.data[row + columns[x]!]!;
    }
  }
  return { width, height, data, bitDepth: image.bitDepth };
}

/** Maps position `at` into 0 … size-1 by repeated mirroring at both ends. */
function mirrored(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = at % period;
  return within < size ? within : period - within;
}

/** Crops an image to its upper left part. Errors: `INVALID_ARGUMENT` if that exceeds the image. */
export function cropImage(image: Image, width: number, height: number): Image {
  if (width === image.width && height === image.height) return image;
  if (width > image.width || height > image.height || width < 1 || height < 1) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `An image of ${image.width}x${image.height} cannot be cropped to ${width}x${height}; choose a smaller size.`,
    );
  }
  const cut = (plane: Float32Array, planes: number): Float32Array => {
    const out = new Float32Array(planes * width * height);
    for (let p = 0; p < planes; p++) {
      for (let y = 0; y < height; y++) {
        const from = (p * image.height + y) * image.width;
        out.set(plane.subarray(from, from + width), (p * height + y) * width);
      }
    }
    return out;
  };
  const { alpha } = image;
  const cropped = { ...image, width, height, data: cut(image.data, 3) };
  return alpha === undefined ? cropped : { ...cropped, alpha: cut(alpha, 1) };
}
