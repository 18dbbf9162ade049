import { fileURLToPath } from 'node:url';
import type { Image } from '@pip-graft/imaging';
import { requireKind } from '@pip-graft/onnx-graft';
import { decodeImage, readImage } from '../image/read-image.ts';
import { fromPixels, type RawImage } from '../image/rgba.ts';
import { fetchBytes } from './fetch-bytes.ts';

/**
 * Input of {@link Restorer.restore}: a path, a URL, the bytes of an image file, a Blob, pixels, or
 * an image.
 */
export type ImageSource = string | URL | Uint8Array | Blob | RawImage | Image;

/**
 * Reads or converts any source to an image.
 *
 * Errors: those of `readImage` and of fetching; `INVALID_ARGUMENT` for pixels whose number does not
 * match the size.
 */
export async function toImage(source: ImageSource, signal?: AbortSignal): Promise<Image> {
  if (source instanceof URL || (typeof source === 'string' && isUrl(source))) {
    const url = new URL(source);
    if (url.protocol === 'file:') return readImage(fileURLToPath(url));
    return decodeImage(await fetchBytes(url, signal), { label: url.href });
  }
  if (typeof source === 'string') return readImage(source);
  if (source instanceof Uint8Array) return decodeImage(source);
  if (source instanceof Blob) return decodeImage(new Uint8Array(await source.arrayBuffer()));
  const takes = 'an image (a path, a URL, bytes, a Blob or pixels)';
  requireKind(source, { member: 'data', place: 'restore', takes });
  return isPlanar(source) ? source : fromPixels(source);
}

/** Whether a text is a URL; a Windows path such as `c:\\a.png` is not. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(text);
}

function isPlanar(source: RawImage | Image): source is Image {
  return source.data instanceof Float32Array;
}
