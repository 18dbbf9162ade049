import { fileURLToPath } from 'node:url';
import { GraftError } from '@pip-graft/onnx-graft';
import { nameOfKind } from '../image/rgba.ts';
import { requireNoPassword, urlName } from './url-name.ts';

/** Schemes that are URLs without `//` too. */
const opaque = /^(data|blob|file):/i;

/** Whether a text is a URL; a Windows path such as `c:\\a.png` or a name such as `at-9:30.png` is not. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || opaque.test(text);
}

/** Where something is: in a file, or at a URL of another scheme. */
export type Address = { readonly path: string } | { readonly url: URL };

/**
 * Tells a path from a URL; a `file:` URL is a path.
 *
 * @param what name of the argument in messages
 *
 * Errors: `INVALID_ARGUMENT` for an empty text, or an invalid URL.
 */
export function addressOf(address: string | URL, what: string): Address {
  if (typeof address !== 'string' && !(address instanceof URL)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${what}: ${nameOfKind(address)} was passed; pass a path or a URL.`,
    );
  }
  if (address === '') throw new GraftError('INVALID_ARGUMENT', `${what} '': it is empty.`);
  if (typeof address === 'string' && !isUrl(address)) return { path: address };
  try {
    const url = new URL(address);
    return url.protocol === 'file:' ? { path: fileURLToPath(url) } : { url };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${address}: it is not a valid URL (${reason}); pass a path, or an absolute URL.`,
      { cause },
    );
  }
}

/** More than any image or model needs; bounds an endless response. */
const maxBytes = 1024 ** 3;

/**
 * Fetches the bytes of an http:, https:, data: or blob: URL.
 *
 * Errors: `READ_FAILED` if the server cannot be reached, answers with an error or ends the connection
 * early; `LIMIT_EXCEEDED` beyond 1 GiB; `INVALID_ARGUMENT` for another scheme; the signal's reason.
 */
export async function fetchBytes(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  const name = urlName(url);
  if (!/^(https?|data|blob):$/.test(url.protocol)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${name}: only file:, http:, https:, data: and blob: URLs can be read; pass the bytes instead.`,
    );
  }
  requireNoPassword(url);
  const response = await fetch(url, signal ? { signal } : {}).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new GraftError(
      'READ_FAILED',
      url.protocol === 'data:' || url.protocol === 'blob:'
        ? `${name}: it cannot be read; pass the bytes instead.`
        : `${name}: the server cannot be reached; check the address and the network.`,
      { cause },
    );
  });
  if (!response.ok || response.body === null) {
    // An answer that nobody reads keeps its connection, and if the server closes that, it ends the
    // process in some versions of Node 22 and 24: nodejs/undici#5360.
    // The answer counts, even if the connection has ended inside its page.
    await response.body?.cancel().catch(() => {});
    throw new GraftError(
      'READ_FAILED',
      `${name}: the server answered ${response.status}; check the address.`,
    );
  }
  try {
    return await bytesOf(response.body, name);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    signal?.throwIfAborted();
    throw new GraftError('READ_FAILED', `${name}: the connection ended early; try again.`, {
      cause,
    });
  }
}

/** Errors: `LIMIT_EXCEEDED`; those of the connection. */
async function bytesOf(body: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxBytes) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${name}: longer than 1 GiB; download it and pass its path.`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
