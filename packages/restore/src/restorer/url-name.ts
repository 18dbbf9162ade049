import { GraftError } from '@pip-graft/onnx-graft';

/** Name of a URL in messages: the data in one may be megabytes, and a password is secret. */
export function urlName(url: URL): string {
  if (url.protocol === 'data:') return 'data: URL';
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/** Rejects a URL with a password, which `fetch` does not take. Errors: `INVALID_ARGUMENT`. */
export function requireNoPassword(url: URL): void {
  if (url.username === '' && url.password === '') return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${urlName(url)}: a URL with a user name or a password is not fetched; fetch it with the header Authorization, and pass the bytes.`,
  );
}
