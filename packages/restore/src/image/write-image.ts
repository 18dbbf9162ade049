import { type Image, requireImage } from '@pip-graft/imaging';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { writeAtomic } from '@pip-graft/onnx-graft/node';
import {
  formatOf,
  type ImageFormat,
  imageFormats,
  loadSharp,
  oneAtATime,
  pngHead,
} from './formats.ts';
import { tiffResolution, withResolution } from './resolution.ts';
import { lumaOf, requireQuality } from './rgba.ts';

/** Length 1, "sRGB", rendering intent 0 (perceptual), and the checksum of these. PNG specification, 11.3.2.5. */
const chunk = [0, 0, 0, 1, 0x73, 0x52, 0x47, 0x42, 0, 0xae, 0xce, 0x1c, 0xe9];

/**
 * Tags a PNG as sRGB, with an `sRGB` chunk after its header.
 *
 * For 16 bits per channel: asked to attach a profile, sharp takes such pixels for Display P3 and
 * changes them (measured, 0.35.5).
 */
export function tagPng(png: Uint8Array): Uint8Array {
  return Buffer.concat([png.subarray(0, pngHead), Uint8Array.from(chunk), png.subarray(pngHead)]);
}

export interface EncodeOptions {
  /** JPEG and WebP quality, 1 to 100; default: 95. */
  readonly quality?: number;
}

/**
 * Writes an image in the format of the path's extension, to a temporary file beside it that is
 * renamed once complete.
 *
 * Values outside 0 to 1 are clipped. PNG and TIFF keep 16 bits and all but JPEG keep alpha.
 *
 * Errors: `INVALID_ARGUMENT` for another extension, `WRITE_FAILED` (nothing changed).
 *
 * @example await writeImage('out/photo.png', image);
 */
export async function writeImage(
  path: string,
  image: Image,
  options: EncodeOptions = {},
): Promise<void> {
  argument.requirePath(path, 'writeImage');
  requireImage(image, 'writeImage');
  const bytes = await encodeImage(image, formatOf(path), options);
  await writeAtomic(path, (append) => append(bytes));
}

/**
 * Encodes an image as the bytes of a file: grey if its `origin` was, WebP without loss if that was,
 * tagged as sRGB if that had a profile, with its resolution (not WebP and AVIF) or none.
 *
 * TIFF of 16 bits is always RGB and never tagged, and grey is never tagged, because sharp cannot.
 *
 * Errors: `INVALID_ARGUMENT` for another format or quality; `RUNTIME_FAILED` if the encoder fails, as for WebP beyond 16383 pixels;
 * `DEVICE_UNAVAILABLE` if sharp does not load.
 */
export async function encodeImage(
  image: Image,
  format: ImageFormat,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  requireImage(image, 'encodeImage');
  const { quality = 95 } = options;
  requireFormat(format);
  requireQuality(quality);
  const { width, height, origin = {} } = image;
  const deep = image.bitDepth === 16 && (format === 'png' || format === 'tiff');
  const grey = origin.grey === true && !(deep && format === 'tiff');
  const withAlpha = image.alpha !== undefined && format !== 'jpeg';
  const planes = [...(grey ? [greyOf(image)] : coloursOf(image))];
  if (withAlpha) planes.push(image.alpha!);
  const samples = interleaved(planes, deep);
  const raw = { width, height, channels: planes.length as 1 | 2 | 3 | 4 };
  const sharp = await loadSharp();
  const encoder = sharp(samples, { raw, limitInputPixels: false });
  if (deep) encoder.toColourspace(grey ? 'grey16' : 'rgb16');
  else if (grey) encoder.toColourspace('b-w');
  const tagged = origin.profile === true && !grey;
  if (tagged && !deep) encoder.withIccProfile('srgb');
  if (format === 'png') encoder.png();
  else if (format === 'jpeg') encoder.jpeg({ quality, chromaSubsampling: '4:4:4' });
  else if (format === 'webp') {
    // Lossless includes the colours of transparent pixels.
    const lossless = origin.lossless === true;
    encoder.webp({ quality, lossless, exact: lossless });
  } else if (format === 'avif') encoder.avif({ quality, chromaSubsampling: '4:4:4' });
  else
    encoder.tiff({
      compression: 'deflate',
      predictor: 'horizontal',
      ...tiffResolution(origin.density),
    });
  const bytes = await oneAtATime(() => encoder.toBuffer()).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new GraftError(
      'RUNTIME_FAILED',
      `image of ${width}x${height}: it cannot be written as ${format} (${reason}); use another format.`,
      { cause },
    );
  });
  const sized = withResolution(bytes, format, origin.density);
  return tagged && deep && format === 'png' ? tagPng(sized) : sized;
}

/** Rejects what a program without types may pass. Errors: `INVALID_ARGUMENT`. */
function requireFormat(format: string): void {
  if (imageFormats.some((name) => name === format)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `format '${format}': images are written as ${imageFormats.join(', ')}; choose one of these.`,
  );
}

function coloursOf({ data }: Image): Float32Array[] {
  const size = data.length / 3;
  return [0, 1, 2].map((plane) => data.subarray(plane * size, (plane + 1) * size));
}

/** Returns the luma of BT.709; for equal planes, that plane. */
function greyOf(image: Image): Float32Array {
  const [red, green, blue] = coloursOf(image);
  return red!.map((value, at) => lumaOf(value, green![at]!, blue![at]!));
}

/** Interleaves planes as samples, rounded to nearest and clipped; NaN becomes 0. */
function interleaved(planes: readonly Float32Array[], deep: boolean): Uint8Array | Uint16Array {
  const top = deep ? 65535 : 255;
  const size = planes[0]!.length;
  const samples = new (deep ? Uint16Array : Uint8Array)(size * planes.length);
  for (const [plane, values] of planes.entries()) {
    for (let at = 0, to = plane; at < size; at++, to += planes.length) {
      samples[to] = Math.round(Math.min(1, Math.max(0, values[at]!)) * top);
    }
  }
  return samples;
}
