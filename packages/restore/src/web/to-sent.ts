import { GraftError } from '@pip-graft/onnx-graft';
import { nameOfKind, type RawImage } from '../image/rgba.ts';
import { requireNoPassword, urlName } from '../restorer/url-name.ts';
import type { Sent } from './messages.ts';

/// <reference lib="dom" />

/** Input of {@link Restorer.restore} in a browser. */
export type ImageSource =
  | Blob
  | string
  | URL
  | ArrayBuffer
  | Uint8Array
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame
  | RawImage;

/** An image for the worker, its name in messages, and what to transfer instead of copying. */
export interface Parcel {
  readonly image: Sent;
  readonly label: string;
  readonly transfer: Transferable[];
}

/**
 * Converts a source to what a worker can receive. The source stays usable.
 *
 * Errors: those of fetching a URL; `READ_FAILED` for an image element that did not load; `INVALID_ARGUMENT` for
 * anything else.
 */
export async function toSent(source: ImageSource, signal?: AbortSignal): Promise<Parcel> {
  if (source instanceof Blob) {
    return { image: source, label: nameOf(source, 'image'), transfer: [] };
  }
  if (typeof source === 'string' || source instanceof URL) {
    const { blob, href } = await fetchBlob(source, signal);
    return { image: blob, label: href, transfer: [] };
  }
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) {
    return { image: new Blob([source as BlobPart]), label: 'image', transfer: [] };
  }
  if (isDrawable(source) || hasOtherColours(source)) {
    const bitmap = await createImageBitmap(source).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GraftError(
        'READ_FAILED',
        `image: it cannot be read (${reason}); wait until it has loaded, or pass its file.`,
        { cause },
      );
    });
    return { image: bitmap, label: 'image', transfer: [bitmap] };
  }
  if (ArrayBuffer.isView(source?.data)) {
    const { width, height } = source;
    // A copy now, because the caller may overwrite them before they are sent; the worker gets it.
    const data = copyOf(source.data);
    const channels = 'channels' in source ? source.channels : undefined;
    const image = { data, width, height, ...(channels === undefined ? {} : { channels }) };
    return { image, label: 'image', transfer: [data.buffer] };
  }
  throw new GraftError(
    'INVALID_ARGUMENT',
    `image: ${nameOfKind(source)} cannot be restored; pass a File, Blob, URL, ImageBitmap, ImageData, image element, canvas or VideoFrame.`,
  );
}

/** Errors: `INVALID_ARGUMENT` for pixels that were transferred, such as to a worker. */
function copyOf<Data extends Uint8Array | Uint8ClampedArray>(data: Data): Data {
  try {
    return data.slice() as Data;
  } catch (cause) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      'image: its pixels were transferred elsewhere, such as to a worker; pass a copy of them.',
      { cause },
    );
  }
}

type Drawable = Exclude<ImageSource, Blob | string | URL | ArrayBuffer | Uint8Array | RawImage>;

/** Whether pixels are ImageData of other colours than sRGB, or of floats: the browser converts them. */
function hasOtherColours(source: ImageData | RawImage): source is ImageData {
  if (!(globalThis.ImageData && source instanceof ImageData)) return false;
  return source.colorSpace !== 'srgb' || !(source.data instanceof Uint8ClampedArray);
}

/** A worker lacks some of these classes, and older browsers lack VideoFrame. */
function isDrawable(source: ImageSource): source is Exclude<Drawable, ImageData> {
  const drawable = [
    'ImageBitmap',
    'HTMLImageElement',
    'HTMLCanvasElement',
    'OffscreenCanvas',
    'VideoFrame',
  ];
  return drawable.some((name) => {
    const kind = (globalThis as Record<string, unknown>)[name];
    return typeof kind === 'function' && source instanceof kind;
  });
}

/** The name of a File; `otherwise` for a Blob. */
export function nameOf(blob: Blob, otherwise: string): string {
  return 'name' in blob && typeof blob.name === 'string' ? blob.name : otherwise;
}

/// <reference lib="dom" />

/**
 * Fetches a URL, relative to the page.
 *
 * Errors: `READ_FAILED` if the server cannot be reached, does not let this page read, or answers
 * with an error; `INVALID_ARGUMENT` for text that is not a URL, or a URL that a page cannot read.
 */
export async function fetchBlob(
  source: string | URL,
  signal?: AbortSignal,
): Promise<{ blob: Blob; href: string }> {
  const url = addressOf(source);
  const label = urlName(url);
  if (url.protocol === 'hf:') {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: a page does not read names on a model hub; pass the URL of the file, such as https://huggingface.co/owner/name/resolve/main/model.onnx.`,
    );
  }
  if (!/^(https?|blob|data):$/.test(url.protocol)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: a page reads http:, https:, blob: and data: URLs; pass the File instead.`,
    );
  }
  requireNoPassword(url);
  const response = await fetch(url, signal ? { signal } : {}).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new GraftError(
      'READ_FAILED',
      `${label}: the server cannot be reached or does not let this page read it (CORS), or this page's policy forbids it (connect-src); check the address.`,
      { cause },
    );
  });
  if (!response.ok) {
    throw new GraftError(
      'READ_FAILED',
      `${label}: the server answered ${response.status}; check the address.`,
    );
  }
  const blob = await response.blob().catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new GraftError('READ_FAILED', `${label}: the connection ended early; try again.`, {
      cause,
    });
  });
  return { blob, href: label };
}

function addressOf(source: string | URL): URL {
  // It is the page's own address.
  if (source === '')
    throw new GraftError('INVALID_ARGUMENT', "'': not a URL; pass one, or a File.");
  try {
    return new URL(source, globalThis.document?.baseURI ?? globalThis.location.href);
  } catch {
    throw new GraftError('INVALID_ARGUMENT', `${source}: not a URL; pass one, or a File.`);
  }
}
