import { argument, GraftError } from '@pip-graft/onnx-graft';
import { type TypedTensor, type TypedTensorOf, toFloat32 } from '@pip-graft/weights';

/**
 * An image in the form that networks use: planar RGB, one plane after the other, 0 to 1.
 * Transparency is separate because it bypasses the network.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 3 · height · width numbers: all red, all green, all blue. */
  readonly data: Float32Array;
  /** height · width numbers; 0 is transparent. */
  readonly alpha?: Float32Array;
  /** Bit depth of the source file, kept on writing if the format supports it. */
  readonly bitDepth: 8 | 16;
  /** Properties of the source file, if any. */
  readonly origin?: ImageOrigin;
}

/** Properties of an image's source file; files written from it keep them if the format can. */
export interface ImageOrigin {
  /** Whether it was grey: all three planes were equal. */
  readonly grey?: true;
  /** Whether it had a colour profile, from which the image was converted to sRGB. */
  readonly profile?: true;
  /** Whether it was a lossless WebP file. */
  readonly lossless?: true;
  /** Its resolution in pixels per inch, if it had one. */
  readonly density?: number;
  /** Number of pages or frames, if more than one; the image is the first. */
  readonly pages?: number;
}

/** Rejects what is not an image. Errors: `INVALID_ARGUMENT`. */
export function requireImage(image: unknown, place: string): void {
  const takes = 'an image, which `imageOf` and `readImage` return,';
  argument.requireKind(image, { member: 'data', place, takes });
}

/** Creates an image from planes. Errors: `INVALID_ARGUMENT` unless of length 3 · height · width. */
export function imageOf(width: number, height: number, data: Float32Array): Image {
  argument.requireMembers({ width, height }, 'imageOf', { width: 'a number', height: 'a number' });
  argument.requireKind(data, { member: 'length', place: 'imageOf', takes: 'a Float32Array' });
  if (data.length !== 3 * width * height || data.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `An RGB image of ${width}x${height} has ${data.length} numbers; pass ${3 * width * height} (more than 0).`,
    );
  }
  return { width, height, data, bitDepth: 8 };
}

/** Replaces every colour value of an image; `f` gets value, plane (0 red … 2 blue), x and y. */
export function mapImage(
  image: Image,
  f: (value: number, plane: number, x: number, y: number) => number,
): Image {
  const { width, height } = image;
  const data = new Float32Array(image.data.length);
  let at = 0;
  for (let plane = 0; plane < 3; plane++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) data[at] = f(image.data[at]!, plane, x, y);
    }
  }
  return { ...image, data };
}

/** Clips an image to 0 … 1 and rounds it to multiples of 1/255, like an 8-bit file. */
export function roundToEightBits(image: Image): Image {
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.round(Math.min(1, Math.max(0, image.data[i]!)) * 255) / 255;
  }
  return { ...image, data, bitDepth: 8 };
}

/**
 * Converts images of the same size to a batch: float32 (B,3,H,W).
 *
 * Errors: `INVALID_ARGUMENT` without images, or for different sizes.
 *
 * @example await runModel(session, { input: imageTensor([image]) })
 */
export function imageTensor(images: readonly Image[]): TypedTensorOf<'float32'> {
  const first = images[0];
  if (first === undefined)
    throw new GraftError('INVALID_ARGUMENT', 'A batch is empty; pass at least one image.');
  const { width, height } = first;
  const data = new Float32Array(images.length * first.data.length);
  for (const [index, image] of images.entries()) {
    if (image.width !== width || image.height !== height) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `A batch has images of ${width}x${height} and ${image.width}x${image.height}; use images of the same size.`,
      );
    }
    data.set(image.data, index * first.data.length);
  }
  return { type: 'float32', dims: [images.length, 3, height, width], data };
}

/** Converts a batch (B,3,H,W) to images. Errors: `INVALID_ARGUMENT` for another shape. */
export function tensorImages(tensor: TypedTensor): Image[] {
  const { dims, data } = toFloat32(tensor);
  const [batch, channels, height, width] = dims;
  if (dims.length !== 4 || channels !== 3) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `A tensor of shape [${dims.join(', ')}] does not hold images; use shape (B,3,H,W).`,
    );
  }
  const size = 3 * height! * width!;
  return Array.from({ length: batch! }, (_, index) => ({
    width: width!,
    height: height!,
    data: data.slice(index * size, (index + 1) * size),
    bitDepth: 8,
  }));
}

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
