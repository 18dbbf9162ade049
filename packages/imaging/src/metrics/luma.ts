import type { Image } from '../image/image.ts';

/**
 * The Y of YCbCr by ITU-R BT.601, as in MATLAB's `rgb2ycbcr` and scikit-image:
 * `(16 + 65.481 R + 128.553 G + 24.966 B) / 255`, that is 16/255 to 235/255 for values from 0 to 1.
 * Papers on deraining and super-resolution report this Y. Unlike MATLAB with 8-bit images, this does
 * not round to 8 bits.
 *
 * @example luma(image)[y * image.width + x]
 */
export function luma({ width, height, data }: Image): Float32Array {
  const size = width * height;
  const y = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    y[i] =
      (16 + 65.481 * data[i]! + 128.553 * data[size + i]! + 24.966 * data[2 * size + i]!) / 255;
  }
  return y;
}
