/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import { requireNoPassword, urlName } from '../restorer/url-name.ts';

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
