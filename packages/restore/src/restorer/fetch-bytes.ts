import { GraftError } from '@pip-graft/onnx-graft';

/** No image or model that is restored with here is larger; a response without end must end. */
const maxBytes = 1024 ** 3;

/**
 * The bytes behind an http: or https: URL.
 *
 * Errors: `READ_FAILED` when the server cannot be reached or answers with an error; `LIMIT_EXCEEDED` past 1 GiB;
 * `INVALID_ARGUMENT` for another scheme.
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
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
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
