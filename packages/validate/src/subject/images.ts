import { cropImage, extendImage, type Image, imageOf } from '@pip-graft/imaging';
import { Random } from '@pip-graft/weights';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** An image at another size: mirrored if it is too small, otherwise cropped to its upper left part. */
export function fitted(image: Image, { width, height }: ImageSize): Image {
  return cropImage(extendImage(image, width, height), width, height);
}

/** A constant image, whose zero variance tests normalisation. */
export function flat({ width, height }: ImageSize, value: number): Image {
  return imageOf(width, height, new Float32Array(3 * width * height).fill(value));
}

/** An image of independent uniform noise, as unlike a natural image as possible. */
export function noise({ width, height }: ImageSize, seed: number): Image {
  const random = new Random(seed);
  return imageOf(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, () => random.uniform()),
  );
}

/**
 * Three sizes that fit a given size multiple: a square, one step wider, and several steps taller;
 * odd sizes if the multiple is 1.
 */
export function imageSizes(multiple: number): ImageSize[] {
  const side = Math.max(1, Math.ceil(48 / multiple)) * multiple;
  return [
    { width: side, height: side },
    { width: side + multiple, height: side },
    { width: side, height: side + 3 * multiple },
  ];
}

/** Sizes that an image input accepts: three, or the one fixed by its shape. Dims are (B,3,H,W); strings are free. */
export function sizesFor(
  dims: readonly (number | string)[],
  multiple: number,
): readonly ImageSize[] {
  const fitting = imageSizes(multiple).map((size) => fit(dims, size));
  return [...new Map(fitting.map((size) => [`${size.width}x${size.height}`, size])).values()];
}

/** A size adjusted to the sides that an image input fixes. */
export function fit(dims: readonly (number | string)[], wanted: ImageSize): ImageSize {
  const [, , high, wide] = dims;
  return {
    width: typeof wide === 'number' ? wide : wanted.width,
    height: typeof high === 'number' ? high : wanted.height,
  };
}
