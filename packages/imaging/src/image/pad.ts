import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from './image.ts';

/**
 * An image grown on its right and lower edge until both sides are multiples of
 * `multiple`, by mirroring without repeating the edge; where the image is too
 * small to mirror that far, by going back and forth, and a single row or column
 * is repeated. Crop back with {@link cropImage}. Transparency stays as it is and is
 * taken from the original.
 *
 * Errors: `INVALID_ARGUMENT` when `multiple` is not a whole number from 1.
 *
 * @example cropImage(restore(padToMultiple(image, 8)), image.width, image.height)
 */
export function padToMultiple(image: Image, multiple: number): Image {
  if (!Number.isSafeInteger(multiple) || multiple < 1) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `A size multiple is a whole number from 1, not ${multiple}.`,
    );
  }
  const up = (side: number): number => Math.ceil(side / multiple) * multiple;
  return extendImage(image, up(image.width), up(image.height));
}

/** An image grown to the right and below by mirroring it again and again; a side that is large enough stays. */
export function extendImage(image: Image, wide: number, high: number): Image {
  const [width, height] = [Math.max(wide, image.width), Math.max(high, image.height)];
  if (width === image.width && height === image.height) return image;
  return cutImage(image, { x: 0, y: 0, width, height });
}

/** A part of an image, without its transparency; where it reaches over the right or lower edge, the image is mirrored. */
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

/** Where position `at` lies when 0 … size-1 is mirrored at both ends again and again. */
function mirrored(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = at % period;
  return within < size ? within : period - within;
}

/** The upper left part of an image. Errors: `INVALID_ARGUMENT` when it is larger than the image. */
export function cropImage(image: Image, width: number, height: number): Image {
  if (width === image.width && height === image.height) return image;
  if (width > image.width || height > image.height || width < 1 || height < 1) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `An image of ${image.width}x${image.height} has no part of ${width}x${height}.`,
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
