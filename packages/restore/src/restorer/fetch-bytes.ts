import { GraftError } from '@pip-graft/onnx-graft';
import { requireNoPassword, urlName } from './url-name.ts';

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
