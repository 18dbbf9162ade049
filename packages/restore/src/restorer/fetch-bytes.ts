import { GraftError } from '@pip-graft/onnx-graft';

/** More than any image or model needs; bounds an endless response. */
const maxBytes = 1024 ** 3;

/**
 * Fetches the bytes of an http: or https: URL.
 *
 * Errors: `READ_FAILED` if the server cannot be reached, answers with an error or ends the connection
 * early; `LIMIT_EXCEEDED` beyond 1 GiB; `INVALID_ARGUMENT` for another scheme; the signal's reason.
 */
export async function fetchBytes(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  if (!/^https?:$/.test(url.protocol)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${url.href}: only file:, http: and https: URLs can be read; pass the bytes instead.`,
    );
  }
  const response = await fetch(url, signal ? { signal } : {}).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new GraftError(
      'READ_FAILED',
      `${url.href}: the server cannot be reached; check the address and the network.`,
      { cause },
    );
  });
  if (!response.ok || response.body === null) {
    throw new GraftError(
      'READ_FAILED',
      `${url.href}: the server answered ${response.status}; check the address.`,
    );
  }
  try {
    return await bytesOf(response.body, url);
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    signal?.throwIfAborted();
    throw new GraftError('READ_FAILED', `${url.href}: the connection ended early; try again.`, {
      cause,
    });
  }
}

/** Errors: `LIMIT_EXCEEDED`; those of the connection. */
async function bytesOf(body: AsyncIterable<Uint8Array>, url: URL): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxBytes) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${url.href}: longer than 1 GiB; download it and pass its path.`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
