import { type Image, imageOf } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { spelled } from './spelled.ts';

/** A part of an image, in pixels. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A grey of BT.709: the luma of a colour; of three equal values, that value. */
export function lumaOf(red: number, green: number, blue: number): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * Converts an image, or a part of it, to RGBA with one byte per channel, as a canvas uses it. Grey
 * if its `origin` was: a network tints its three planes.
 */
export function rgbaOf(image: Image, part?: Part): Uint8ClampedArray<ArrayBuffer> {
  const { data, alpha, origin } = image;
  const isGrey = origin?.grey === true;
  const { x, y, width, height } = part ?? { x: 0, y: 0, width: image.width, height: image.height };
  const size = image.width * image.height;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let row = 0, to = 0; row < height; row++) {
    let from = (y + row) * image.width + x;
    for (let column = 0; column < width; column++, from++, to += 4) {
      let red = data[from]!;
      let green = data[size + from]!;
      let blue = data[2 * size + from]!;
      if (isGrey) red = green = blue = lumaOf(red, green, blue);
      pixels[to] = red * 255;
      pixels[to + 1] = green * 255;
      pixels[to + 2] = blue * 255;
      pixels[to + 3] = alpha === undefined ? 255 : alpha[from]! * 255;
    }
  }
  return pixels;
}

/** Interleaved pixels, one byte per channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
export interface RawImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Default: from the length of `data`. */
  readonly channels?: 1 | 2 | 3 | 4;
}

/** Name of a value's kind in messages: `a Promise`. */
export function nameOfKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const { name = 'object' } = (value as object).constructor ?? {};
  return `${/^([AEIO]|HTML)/i.test(name) ? 'an' : 'a'} ${name}`;
}

/** Rejects sizes that no image has. Errors: `INVALID_ARGUMENT`. */
export function requireSize({ width, height }: { width: number; height: number }): void {
  if ([width, height].every((side) => Number.isInteger(side) && side > 0)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `pixels: ${spelled(width)}x${spelled(height)} is not a size; pass whole numbers from 1.`,
  );
}

/**
 * Converts pixels to an image.
 *
 * Errors: `INVALID_ARGUMENT` if their number does not match the size, or they are not bytes.
 */
export function fromPixels(pixels: RawImage): Image {
  const { data, width, height, channels } = pixels;
  requireSize(pixels);
  // A Uint16Array, say, would be read as values beyond white.
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `pixels: ${nameOfKind(data)} does not hold one byte per channel; pass a Uint8Array, or the bytes of a PNG or TIFF file for 16 bits.`,
    );
  }
  const count = channels ?? data.length / (width * height);
  if (![1, 2, 3, 4].includes(count) || data.length !== count * width * height) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `pixels: ${data.length} values do not make an image of ${width}x${height}; pass 1 to 4 bytes a pixel.`,
    );
  }
  const size = width * height;
  const planes = new Float32Array(3 * size);
  for (let plane = 0; plane < 3; plane++)
    for (let at = 0; at < size; at++)
      planes[plane * size + at] = data[at * count + (count < 3 ? 0 : plane)]! / 255;
  const image = imageOf(width, height, planes);
  const grey = count < 3 ? { origin: { grey: true } as const } : {};
  if (count === 1 || count === 3) return { ...image, ...grey };
  const alpha = Float32Array.from({ length: size }, (_, at) => data[at * count + count - 1]! / 255);
  return { ...image, ...grey, alpha };
}

/** Rejects a quality that no encoder has. Errors: `INVALID_ARGUMENT`. */
export function requireQuality(quality: number): void {
  if (Number.isInteger(quality) && quality >= 1 && quality <= 100) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `quality: ${spelled(quality)} is not a whole number from 1 to 100; pass one such as 95.`,
  );
}
