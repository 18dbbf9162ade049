import { extname } from 'node:path';
import type { Image } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { unreadable } from './unreadable.ts';

/** Limits on the memory of one image. */
export const imageLimits = {
  /**
   * Width times height. 200 megapixels are more than any camera's single frame and take 2.4 GB as
   * float32 RGB; a larger claim is a decompression bomb.
   */
  pixels: 200_000_000,
} as const;

/** File formats for reading and writing images. */
export const imageFormats = ['png', 'jpeg', 'webp', 'tiff', 'avif'] as const;
export type ImageFormat = (typeof imageFormats)[number];

const byExtension: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  // Names that browsers and Windows give to JPEG.
  '.jfif': 'jpeg',
  '.jpe': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
};

const written = Object.keys(byExtension);
/** Phones' formats, and GIF: never written. Whether HEIC can be read depends on libvips' build. */
const onlyRead = ['.heic', '.heif', '.hif', '.gif'];

/** Extensions of files that count as images, with the dot. */
export const imageExtensions: readonly string[] = [...written, ...onlyRead];

/**
 * Extensions of images that no decoder here reads: in a folder, they are reported instead of
 * skipped silently.
 */
export const unreadExtensions: readonly string[] = [
  '.bmp',
  '.mpo',
  '.jxl',
  '.jxr',
  '.jls',
  '.jp2',
  '.j2k',
  '.jpx',
  '.psd',
  '.tga',
  '.exr',
  '.hdr',
  '.qoi',
  '.ppm',
  '.pgm',
  '.pbm',
  '.pnm',
  '.pam',
  '.pfm',
  '.dng',
  '.cr2',
  '.cr3',
  '.nef',
  '.arw',
  '.orf',
  '.pef',
  '.srw',
  '.nrw',
  '.x3f',
  '.3fr',
  '.iiq',
  '.rw2',
  '.raf',
];

/**
 * Names the restored image after its source, with `.png` after an extension that is not written.
 */
export function resultName(name: string): string {
  return onlyRead.includes(extname(name).toLowerCase()) ? `${name}.png` : name;
}

/** Returns the format of a path's extension. Errors: `INVALID_ARGUMENT` for any other extension. */
export function formatOf(path: string): ImageFormat {
  const extension = extname(path).toLowerCase();
  const format = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (format !== undefined) return format;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${path}: images are written as ${written.join(', ')}; choose one of these extensions.`,
  );
}

/** Returns what a format would drop from an image, in words: its transparency, its 16 bits. */
export function droppedBy({ alpha, bitDepth }: Image, format: ImageFormat): string[] {
  const seeThrough = alpha?.some((value) => value < 1) === true;
  return [
    ...(seeThrough && format === 'jpeg' ? ['transparency'] : []),
    ...(bitDepth === 16 && format !== 'png' && format !== 'tiff' ? ['16 bits a channel'] : []),
  ];
}

/** Bytes before a frame's chunks inside ANMF: its place, size, duration and flags. */
const frameHead = 16;

/**
 * Whether a WebP file stores its (first) image without loss: in a VP8L chunk, not in VP8. False for
 * any other file. RFC 9649, section 2.
 */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (name(0) !== 'RIFF' || name(8) !== 'WEBP') return false;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const chunk = name(at);
    if (chunk === 'VP8L') return true;
    if (chunk === 'VP8 ') return false;
    const size = view.getUint32(at + 4, true);
    at += 8 + (chunk === 'ANMF' ? frameHead : size + (size % 2));
  }
  return false;
}

/** Size of an image, from the header of its file. */
export interface ImageSize {
  /** As stored: before the camera's orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Pages or frames; only the first is read. */
  readonly pages: number;
}

/**
 * Reads the size of an image from its file's bytes, without decoding it.
 *
 * Errors: `CORRUPT_FILE` for bytes that are not an image; `DEVICE_UNAVAILABLE` if sharp does not
 * load.
 */
export async function imageSize(bytes: Uint8Array, label = 'image'): Promise<ImageSize> {
  const sharp = await loadSharp();
  try {
    const head = await oneAtATime(() => sharp(bytes, { limitInputPixels: false }).metadata());
    const { width, height } = head;
    return { width, height, pages: pagesOf(head, bytes) };
  } catch (cause) {
    throw unreadable(label, bytes, cause);
  }
}

/** Number of pages or frames of a file; sharp does not count those of an animated PNG. */
export function pagesOf(
  { pages = 1 }: { readonly pages?: number | undefined },
  bytes: Uint8Array,
): number {
  return Math.max(pages, pngFrames(bytes));
}

type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

/**
 * Imports sharp on first use. Its binaries are optional packages: without them, as after
 * `npm install --omit=optional`, everything but reading and writing images works.
 *
 * Errors: `DEVICE_UNAVAILABLE` if it does not load.
 */
export function loadSharp(
  load: () => Promise<{ readonly default: Sharp }> = () => import('sharp'),
): Promise<Sharp> {
  loaded ??= load().then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      const reason =
        cause instanceof Error ? cause.message.trim().split('\n', 1)[0] : String(cause);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `sharp: cannot be loaded (${reason}), so images cannot be read or written; install it with: npm install --include=optional sharp`,
        { cause },
      );
    },
  );
  return loaded;
}

/** A PNG's signature and its IHDR chunk, which is always first and 13 bytes long. */
export const pngHead = 8 + 12 + 13;

/** A chunk before the pixels: its name, and where it begins (with its length) and ends. */
export interface PngChunk {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Returns a PNG's chunks before its pixels; empty for any other file. PNG specification, 5.3. */
export function pngChunks(bytes: Uint8Array): PngChunk[] {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  if (png.toString('latin1', 1, 4) !== 'PNG') return chunks;
  for (let from = 8; from + 12 <= png.length; ) {
    const name = png.toString('latin1', from + 4, from + 8);
    const to = from + 12 + png.readUInt32BE(from);
    if (name === 'IDAT' || to > png.length) break;
    chunks.push({ name, from, to });
    from = to;
  }
  return chunks;
}

/** The data of a PNG's chunk before its pixels; undefined without one, or if it is too short. */
export function pngChunk(bytes: Uint8Array, wanted: string, length: number): DataView | undefined {
  const { from = 0, to = 0 } = pngChunks(bytes).find(({ name }) => name === wanted) ?? {};
  const size = to - from - 12;
  return size >= length ? new DataView(bytes.buffer, bytes.byteOffset + from + 8, size) : undefined;
}

/** Number of frames of an animated PNG (`acTL`); 1 for any other file. PNG specification, 11.3.6.1. */
function pngFrames(bytes: Uint8Array): number {
  return Math.max(1, pngChunk(bytes, 'acTL', 8)?.getUint32(0) ?? 1);
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs work with sharp after all such work that was passed earlier.
 *
 * libvips keeps one buffer of errors and one queue of warnings per process, and every run of sharp
 * empties both when it ends. Beside another run, even one that writes, a decoder would get that
 * one's reasons, or none for its own damage. The order costs little: a network takes longer.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}
