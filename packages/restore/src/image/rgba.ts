import type { Image } from '@pip-graft/imaging';

/** Where a part of an image is; default: all of it. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An image, or a part of it, as RGBA, one byte per channel, as a canvas uses it. */
export function rgbaOf(image: Image, part?: Part): Uint8ClampedArray<ArrayBuffer> {
  const { data, alpha } = image;
  const { x, y, width, height } = part ?? { x: 0, y: 0, width: image.width, height: image.height };
  const size = image.width * image.height;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let row = 0, to = 0; row < height; row++) {
    let from = (y + row) * image.width + x;
    for (let column = 0; column < width; column++, from++, to += 4) {
      pixels[to] = data[from]! * 255;
      pixels[to + 1] = data[size + from]! * 255;
      pixels[to + 2] = data[2 * size + from]! * 255;
      pixels[to + 3] = alpha === undefined ? 255 : alpha[from]! * 255;
    }
  }
  return pixels;
}
