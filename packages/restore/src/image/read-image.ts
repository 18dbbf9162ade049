import { readFile } from 'node:fs/promises';
import type { Image, ImageOrigin } from '@pip-graft/imaging';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError } from '@pip-graft/onnx-graft/node';
import type { Metadata, Sharp } from 'sharp';
import { avifSpace } from './avif-colours.ts';
import type { ColourSpace } from './colour-profile.ts';
import { imageLimits, isLosslessWebp, loadSharp, pagesOf } from './formats.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { withColourProfile, withSpace } from './png-colours.ts';
import { resolutionOf } from './resolution.ts';
import { startsWithThumbnail, withSoundTags } from './sound-tags.ts';
import { unreadable } from './unreadable.ts';

export interface ReadImageOptions {
  /** Largest width times height; default: {@link imageLimits}. */
  readonly pixels?: number;
}

/**
 * Reads an image file: PNG, JPEG, WebP, TIFF, AVIF or GIF, 8 or 16 bits per channel.
 *
 * Applies the camera's orientation and converts embedded colour profiles and CMYK to sRGB, which
 * the networks were trained on; grey becomes RGB, alpha stays separate. Reads the first of several
 * pages. `origin` records which of these applied; other metadata is not read.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `CORRUPT_FILE` for an empty, truncated, damaged or foreign
 * file; `LIMIT_EXCEEDED` for more pixels than allowed; `DEVICE_UNAVAILABLE` if sharp does not load.
 *
 * @example const { width, height, data } = await readImage('photo.jpg');
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Image> {
  argument.requirePath(path, 'readImage');
  const bytes = await readFile(filePath(path)).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
  return decodeImage(bytes, { ...options, label: path });
}

/** Decodes the image in a file's bytes; see {@link readImage}. */
export async function decodeImage(
  bytes: Uint8Array,
  options: ReadImageOptions & { readonly label?: string } = {},
): Promise<Image> {
  const { label = 'image', pixels = imageLimits.pixels } = options;
  const sharp = await loadSharp();
  try {
    const opener =
      (file: Uint8Array): Open =>
      (failOn) =>
        sharp(file, { limitInputPixels: pixels, failOn });
    const space = avifSpace(bytes);
    const sound = withColourProfile(withSoundTags(bytes));
    if (startsWithThumbnail(bytes)) throw new Error(thumbnailFirst);
    const { head, deep, data, info } = await oneAtATime(async () => {
      const profiled = space && (await asProfiledPng(opener(sound), space));
      return samplesOf(opener(profiled ?? sound));
    });
    const samples = deep
      ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const image = planar(samples, info.width, info.height, info.channels, deep ? 16 : 8);
    const origin = originOf(head, bytes);
    return Object.keys(origin).length === 0 ? image : { ...image, origin };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (/pixel limit/i.test(reason)) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${label}: it has more than the ${pixels} pixels allowed; scale it down, or raise the limit: --max-pixels of a command, \`pixels\` of \`readImage\` in a program.`,
        { cause },
      );
    }
    throw unreadable(label, bytes, cause);
  }
}

/** Cameras' raw files are such TIFFs, whatever their extension. */
const thumbnailFirst =
  "its first page is a small copy of another page, as in a camera's raw file, and only first pages are read";

type Open = (failOn: 'warning' | 'error') => Sharp;

/** Converts a file to a PNG with the profile of its colours; undefined if it has a profile. */
async function asProfiledPng(open: Open, space: ColourSpace): Promise<Uint8Array | undefined> {
  const { hasProfile, depth } = await open('error').metadata();
  if (hasProfile) return undefined;
  const png = await decodeWhole(open, (decoder) => {
    if (depth === 'ushort') decoder.toColourspace('rgb16');
    return decoder.autoOrient().png({ compressionLevel: 0 }).toBuffer();
  });
  return withSpace(png, space);
}

/**
 * What sharp calls the formats that are read. It also draws SVG, at a size and with fonts that are
 * not an image's own, and what its build of libvips can.
 */
const formats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'tiff', 'heif', 'gif']);

/** Decodes a file to interleaved samples of 8 bits, or of 16 if it is deep. */
async function samplesOf(open: Open) {
  // Here only errors in the header count: decoding checks the pixels.
  const head = await open('error').metadata();
  if (!formats.has(head.format)) throw new Error(`its format is ${head.format}`);
  if (head.depth !== 'uchar' && head.depth !== 'ushort') {
    throw new Error(`its samples are ${head.depth}, and 8 or 16 bits are read`);
  }
  const deep = head.depth === 'ushort';
  // sharp turns every alpha above 0 to 1 (measured, 0.35.5).
  if (deep && head.space === 'cmyk' && head.hasAlpha) {
    throw new Error('it is CMYK of 16 bits with transparency, which is read without one of these');
  }
  const decoded = await decodeWhole(open, (decoder) => {
    // From deep grey to deep RGB, sharp does not apply the profile.
    const from = head.space === 'grey16' && head.hasProfile ? 'grey16' : undefined;
    decoder.autoOrient().toColourspace(from ?? (deep ? 'rgb16' : 'srgb'));
    // From 16 bits with a profile, sharp makes Display P3 unless a profile is requested.
    if (deep && head.hasProfile) decoder.withIccProfile('srgb');
    return decoder.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  });
  return { head, deep, ...decoded };
}

function originOf(head: Metadata, bytes: Uint8Array): ImageOrigin {
  const grey = head.space === 'b-w' || head.space === 'grey16';
  const pages = pagesOf(head, bytes);
  const density = resolutionOf(head, bytes);
  return {
    ...(grey ? { grey } : {}),
    ...(head.hasProfile ? { profile: true } : {}),
    ...(isLosslessWebp(bytes) ? { lossless: true } : {}),
    ...(density === undefined ? {} : { density }),
    ...(pages > 1 ? { pages } : {}),
  };
}

/** Converts interleaved samples (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha) to planes. */
function planar(
  samples: Uint8Array | Uint16Array,
  width: number,
  height: number,
  channels: number,
  bitDepth: 8 | 16,
): Image {
  const size = width * height;
  const top = bitDepth === 16 ? 65535 : 255;
  const data = new Float32Array(3 * size);
  const step = channels < 3 ? 0 : 1;
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0, from = plane * step; at < size; at++, from += channels) {
      data[plane * size + at] = samples[from]! / top;
    }
  }
  if (channels === 1 || channels === 3) return { width, height, data, bitDepth };
  const alpha = new Float32Array(size);
  // The first channel beside the colours; what a TIFF has more of are selections and spot colours.
  const first = channels < 3 ? 1 : 3;
  for (let at = 0, from = first; at < size; at++, from += channels) {
    alpha[at] = samples[from]! / top;
  }
  return { width, height, data, alpha, bitDepth };
}

/** Warnings that say nothing about pixels: about a tag, a header's padding, or that a line above failed. */
const harmless = [
  /^Warning treated as error due to failOn setting$/,
  /^error in tile \d+ x \d+$/,
  /^read gave \d+ warnings$/,
  /^tiff2vips: (out of order read|read error)/,
  // Cameras that pad the end of a JPEG, and phones that write an odd scan header.
  /^VipsJpeg: Invalid SOS parameters for sequential JPEG$/,
  /^VipsJpeg: Corrupt JPEG data: [1-4] extraneous bytes before marker 0x[0-9a-f]{2}$/,
  /^Invalid TIFF directory; tags are not sorted/,
  /^(Incompatible type for|ASCII value for tag|Unknown field with tag|[Ii]ncorrect (count|value) for)/,
  // The lengths of uncompressed strips follow from the size; a truncated one is an error later.
  /^Bogus "StripByteCounts" field, ignoring/,
  /tag ignored$/,
  /^(iCCP|cHRM|gAMA|tEXt|zTXt|iTXt|eXIf|pHYs|tIME|sRGB): /,
  /^(exif|Invalid embedded profile)/i,
];

/**
 * Runs a decoder so that it returns the whole image or throws.
 *
 * libvips continues after damage, with black for what it could not read, and whether `failOn` stops
 * it depends on the format: a damaged tile of a TIFF, or damaged JPEG data, is only a warning. So
 * every warning counts, except those that say nothing about pixels.
 */
async function decodeWhole<Result>(
  open: Open,
  decode: (decoder: Sharp) => Promise<Result>,
): Promise<Result> {
  try {
    return await decode(open('warning'));
  } catch (error) {
    if (!isHarmless(error instanceof Error ? error.message : String(error))) throw error;
  }
  const decoder = open('error');
  const warnings: string[] = [];
  decoder.on('warning', (text: string) => warnings.push(text));
  const result = await decode(decoder);
  const damage = warnings.find((text) => !isHarmless(text));
  if (damage !== undefined) throw new Error(damage);
  return result;
}

function isHarmless(text: string): boolean {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length > 0 && lines.every((line) => harmless.some((one) => one.test(line)));
}
