import { fileURLToPath } from 'node:url';
import { GraftError } from '@pip-graft/onnx-graft';
import { nameOfKind } from '../image/rgba.ts';

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
