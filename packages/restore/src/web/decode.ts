import type { Image } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { imageSize } from 'image-size';
import { isGrey } from '../image/keep-grey.ts';
import { fromPixels } from '../image/rgba.ts';
import { type Decoder, unreadable } from '../image/unreadable.ts';
import type { Sent } from './messages.ts';
import { nameOf } from './to-sent.ts';

/// <reference lib="dom" />

/** Limits on one image in a tab. */
export const webLimits = {
  /** Width times height: as float32 RGB before and after and as RGBA, about 1.5 GB. */
  pixels: 50_000_000,
  /** Longest side: larger canvases stay empty, without an error. */
  side: 16_384,
} as const;

const browserDecoder: Decoder = {
  kinds: new Set(['png', 'jpeg', 'webp', 'avif', 'gif']),
  expected: 'a PNG, JPEG, WebP, AVIF or GIF file',
  convertTo: 'PNG or JPEG',
};

/**
 * Converts what a page sent to an image: 8 bits, sRGB. The browser applies orientation and colour
 * profile, and reads the first frame of an animation. A canvas rounds the colours of transparent
 * pixels.
 *
 * Errors: `CORRUPT_FILE` for a file that the browser does not decode; `LIMIT_EXCEEDED`, see
 * {@link webLimits}; `READ_FAILED` for pixels from another site.
 */
export async function decode(sent: Sent, label: string): Promise<Image> {
  if (sent instanceof Blob) return grey(fromBitmap(await decodeFile(sent, label), label));
  if (sent instanceof ImageBitmap) return grey(fromBitmap(sent, label));
  checkSize(sent, label);
  return grey(opaque(fromPixels(sent)));
}

/**
 * Decodes an image file of a size that {@link webLimits} allow, upright.
 *
 * @param label its name in messages
 *
 * Errors: `CORRUPT_FILE` for a file that the browser does not decode; `LIMIT_EXCEEDED`.
 */
export async function decodeFile(blob: Blob, label = nameOf(blob, 'image')): Promise<ImageBitmap> {
  const head = new Uint8Array(await blob.slice(0, 512 * 1024).arrayBuffer());
  const size = storedSize(head);
  if (size !== undefined) checkSize(size, label);
  const bitmap = await decodeUpright(blob).catch((cause: unknown) => {
    throw unreadable(label, head, cause, browserDecoder);
  });
  try {
    checkSize(bitmap, label);
  } catch (error) {
    bitmap.close();
    throw error;
  }
  return bitmap;
}

/** Returns the size in a file's header; undefined if it has none. */
function storedSize(head: Uint8Array): { width: number; height: number } | undefined {
  try {
    return imageSize(head);
  } catch {
    return undefined;
  }
}

function fromBitmap(bitmap: ImageBitmap, label: string): Image {
  const { width, height } = bitmap;
  try {
    checkSize(bitmap, label);
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    if (context === null) throw new Error('the browser gives no canvas of this size');
    context.drawImage(bitmap, 0, 0);
    return opaque(fromPixels(context.getImageData(0, 0, width, height)));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GraftError(
      'READ_FAILED',
      `${label}: its pixels cannot be read (${reason}); scale it down, or close other tabs.`,
      {
        cause,
      },
    );
  } finally {
    bitmap.close();
  }
}

function checkSize({ width, height }: { width: number; height: number }, label: string): void {
  const { pixels, side } = webLimits;
  if (width * height <= pixels && Math.max(width, height) <= side) return;
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${label}: ${width}x${height} is more than a browser holds (${pixels / 1e6} megapixels, ${side} a side); scale it down, or use Node.`,
  );
}

/** Marks an image without colour as grey, which a canvas forgets. */
function grey(image: Image): Image {
  return isGrey(image) ? { ...image, origin: { ...image.origin, grey: true } } : image;
}

/** Drops transparency, which a canvas always has, from an image that shows none. */
function opaque(image: Image): Image {
  if (image.alpha === undefined || image.alpha.some((value) => value < 1)) return image;
  const { alpha: _, ...rest } = image;
  return rest;
}

/// <reference lib="dom" />

/**
 * Decodes an image file, upright. Chromium ignores the orientation of a WebP file, and other
 * browsers may not: it is removed before they decode the file, and applied here.
 *
 * Errors: those of `createImageBitmap`.
 */
async function decodeUpright(file: Blob): Promise<ImageBitmap> {
  const turned = await turnedWebp(file);
  if (turned === undefined) return createImageBitmap(file);
  const stored = await createImageBitmap(turned.file);
  const { width, height } = stored;
  const [across, down] = turned.orientation > 4 ? [height, width] : [width, height];
  const context = new OffscreenCanvas(across, down).getContext('2d');
  // The browser gives no canvas of this size: as stored is better than none.
  if (context === null) return stored;
  context.setTransform(...turns[turned.orientation - 1]!(width, height));
  context.drawImage(stored, 0, 0);
  stored.close();
  return context.canvas.transferToImageBitmap();
}

type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

/** For the orientations 1 to 8, how a canvas draws the stored image upright. EXIF 2.32, 4.6.4. */
const turns: readonly ((width: number, height: number) => Matrix)[] = [
  () => [1, 0, 0, 1, 0, 0],
  (width) => [-1, 0, 0, 1, width, 0],
  (width, height) => [-1, 0, 0, -1, width, height],
  (_, height) => [1, 0, 0, -1, 0, height],
  () => [0, 1, 1, 0, 0, 0],
  (_, height) => [0, 1, -1, 0, height, 0],
  (width, height) => [0, -1, -1, 0, height, width],
  (width) => [0, -1, 1, 0, 0, width],
];

/** Returns a WebP file without its orientation, and that; undefined for any other file. */
async function turnedWebp(
  file: Blob,
): Promise<{ readonly file: Blob; readonly orientation: number } | undefined> {
  const head = new DataView(await file.slice(0, 12).arrayBuffer());
  const isWebp =
    head.byteLength === 12 && head.getUint32(0) === 0x52494646 && head.getUint32(8) === 0x57454250;
  if (!isWebp) return undefined;
  const view = new DataView(await file.arrayBuffer());
  const at = placeOfOrientation(view);
  if (at === undefined) return undefined;
  const orientation = view.getUint16(at.place, at.little);
  if (orientation < 2 || orientation > turns.length) return undefined;
  view.setUint16(at.place, 1, at.little);
  return { file: new Blob([view.buffer], { type: 'image/webp' }), orientation };
}

/** Where the orientation is in the first EXIF chunk of a WebP file. RFC 9649, section 2. */
function placeOfOrientation(
  view: DataView,
): { readonly place: number; readonly little: boolean } | undefined {
  const end = view.byteLength;
  let at = 12;
  // 'EXIF'
  while (at + 8 <= end && view.getUint32(at) !== 0x45584946) {
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
  if (at + 8 > end) return undefined;
  let tiff = at + 8;
  // The prefix 'Exif' and two zeros is JPEG's; many writers leave it in.
  if (tiff + 6 <= end && view.getUint32(tiff) === 0x45786966) tiff += 6;
  if (tiff + 8 > end) return undefined;
  const little = view.getUint16(tiff) === 0x4949;
  if (!little && view.getUint16(tiff) !== 0x4d4d) return undefined;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > end) return undefined;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const place = directory + 2 + 12 * entry;
    if (place + 12 > end) return undefined;
    // A SHORT, stored in the entry itself.
    if (view.getUint16(place, little) === 0x0112) return { place: place + 8, little };
  }
  return undefined;
}
