/// <reference lib="dom" />
import type { Image } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import { imageSize } from 'image-size';
import { fromPixels } from '../image/rgba.ts';
import { type Decoder, unreadable } from '../image/unreadable.ts';
import { decodeUpright } from './decode-upright.ts';
import type { Sent } from './messages.ts';
import { nameOf } from './to-sent.ts';

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
    throw new GraftError('READ_FAILED', `${label}: its pixels cannot be read (${reason}).`, {
      cause,
    });
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
  const { data, width, height } = image;
  const size = width * height;
  for (let at = 0; at < size; at++)
    if (data[at] !== data[size + at] || data[at] !== data[2 * size + at]) return image;
  return { ...image, origin: { ...image.origin, grey: true } };
}

/** Drops transparency, which a canvas always has, from an image that shows none. */
function opaque(image: Image): Image {
  if (image.alpha === undefined || image.alpha.some((value) => value < 1)) return image;
  const { alpha: _, ...rest } = image;
  return rest;
}
