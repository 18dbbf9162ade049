import { cropImage, extendImage, type Image, imageOf } from '@pip-graft/imaging';
import { Random } from '@pip-graft/weights';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** An image at another size: mirrored where it is too small, else its upper left part. */
export function fitted(image: Image, { width, height }: ImageSize): Image {
  return cropImage(extendImage(image, width, height), width, height);
}

/** The same value everywhere: where normalisation divides by a variance of zero. */
export function flat({ width, height }: ImageSize, value: number): Image {
  return imageOf(width, height, new Float32Array(3 * width * height).fill(value));
}

/** Independent uniform values: as far from an image as an image can be. */
export function noise({ width, height }: ImageSize, seed: number): Image {
  const random = new Random(seed);
  return imageOf(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, () => random.uniform()),
  );
}

/**
 * Three sizes that a network of a given size multiple takes: a square, one step
 * wider, and several steps higher; odd sizes where the multiple is 1.
 */
export function imageSizes(multiple: number): ImageSize[] {
  const side = Math.max(1, Math.ceil(48 / multiple)) * multiple;
  return [
    { width: side, height: side },
    { width: side + multiple, height: side },
    { width: side, height: side + 3 * multiple },
  ];
}

/** Sizes that an image input takes: three, or the one that its shape fixes. Dims are (B,3,H,W); strings are free. */
export function sizesFor(
  dims: readonly (number | string)[],
  multiple: number,
): readonly ImageSize[] {
  const fitting = imageSizes(multiple).map((size) => fit(dims, size));
  return [...new Map(fitting.map((size) => [`${size.width}x${size.height}`, size])).values()];
}

/** A size with the sides that an image input fixes. */
export function fit(dims: readonly (number | string)[], wanted: ImageSize): ImageSize {
  const [, , high, wide] = dims;
  return {
    width: typeof wide === 'number' ? wide : wanted.width,
    height: typeof high === 'number' ? high : wanted.height,
  };
}
