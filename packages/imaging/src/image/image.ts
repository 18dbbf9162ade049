import { GraftError } from '@pip-graft/onnx-graft';

/**
 * An image as networks see it: planar RGB, one plane after the other, 0 to 1.
 * Transparency is kept apart, so that it passes by the network.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 3 · height · width numbers: all red, all green, all blue. */
  readonly data: Float32Array;
  /** height · width numbers, 0 is transparent. */
  readonly alpha?: Float32Array;
  /** What its file held, and what a file written from it shall hold where the format can. */
  readonly bitDepth: 8 | 16;
  /** Left out where there is nothing to say. */
  readonly origin?: ImageOrigin;
}

/** What an image's file was beside its pixels; a file written from the image is the same where the format can. */
export interface ImageOrigin {
  /** It held grey: all three planes were equal. */
  readonly grey?: true;
  /** It had a colour profile, from which the image was converted to sRGB. */
  readonly profile?: true;
  /** It was a WebP file without loss. */
  readonly lossless?: true;
  /** How many pages or frames it has, where more than one; the image is the first. */
  readonly pages?: number;
}

/** An image over given planes. Errors: `INVALID_ARGUMENT` when their length is not 3 · height · width. */
export function imageOf(width: number, height: number, data: Float32Array): Image {
  if (data.length !== 3 * width * height || data.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `An RGB image of ${width}x${height} needs ${3 * width * height} numbers (more than 0), but ${data.length} were given.`,
    );
  }
  return { width, height, data, bitDepth: 8 };
}

/** An image with every colour value replaced; `f` gets the value, its plane (0 red … 2 blue), x and y. */
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
