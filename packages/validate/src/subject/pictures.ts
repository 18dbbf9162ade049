import { cropImage, extendImage, type Image, imageOf } from '@pip-graft/imaging';
import { Random } from '@pip-graft/weights';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A photo at another size: mirrored where it is too small, else its upper left part. */
export function fitted(photo: Image, { width, height }: PictureSize): Image {
  return cropImage(extendImage(photo, width, height), width, height);
}

/** The same value everywhere: where normalisation divides by a variance of zero. */
export function flat({ width, height }: PictureSize, value: number): Image {
  return imageOf(width, height, new Float32Array(3 * width * height).fill(value));
}

/** Independent uniform values: as far from a photo as a picture can be. */
export function noise({ width, height }: PictureSize, seed: number): Image {
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
export function pictureSizes(multiple: number): PictureSize[] {
  const side = Math.max(1, Math.ceil(48 / multiple)) * multiple;
  return [
    { width: side, height: side },
    { width: side + multiple, height: side },
    { width: side, height: side + 3 * multiple },
  ];
}

/** Sizes that a picture input takes: three, or the one that its shape fixes. Dims are (B,3,H,W); strings are free. */
export function sizesFor(
  dims: readonly (number | string)[],
  multiple: number,
): readonly PictureSize[] {
  const fitting = pictureSizes(multiple).map((size) => fit(dims, size));
  return [...new Map(fitting.map((size) => [`${size.width}x${size.height}`, size])).values()];
}

/** A size with the sides that a picture input fixes. */
export function fit(dims: readonly (number | string)[], wanted: PictureSize): PictureSize {
  const [, , high, wide] = dims;
  return {
    width: typeof wide === 'number' ? wide : wanted.width,
    height: typeof high === 'number' ? high : wanted.height,
  };
}
