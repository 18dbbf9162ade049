import { GraftError } from '@pip-graft/onnx-graft';
import type { HubSettings } from './settings.ts';

/** Purpose of a request, which determines the wording of a failure. */
export interface Errand {
  /** The requested name. */
  readonly place: string;
  readonly action: 'read' | 'write';
  readonly signal?: AbortSignal | undefined;
}

/** The hub did not answer: the network, the hub itself, or too many requests. */
export class HubUnreachable extends GraftError {}

/**
 * A `fetch` that sends the token only to the endpoint, whatever addresses responses contain, and
 * turns every unsuccessful response into an error of one line.
 *
 * @param allowed statuses that the caller handles
 */
export function hubFetch(
  settings: HubSettings,
  errand: Errand,
  allowed: readonly number[] = [],
): typeof fetch {
  const { endpoint, token } = settings;
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init.headers);
    headers.delete('authorization');
    if (token !== undefined && url.startsWith(`${endpoint}/`))
      headers.set('authorization', `Bearer ${token}`);
    const signal = init.signal ?? errand.signal ?? null;
    let response: Response;
    try {
      response = await fetch(input, { ...init, headers, signal });
    } catch (cause) {
      errand.signal?.throwIfAborted();
      throw unreachable(errand, `${new URL(url).origin} cannot be reached: ${whyOf(cause)}`, cause);
    }
    if (response.ok || allowed.includes(response.status)) return response;
    // The answer counts, even if the connection has ended inside its page.
    await response.body?.cancel().catch(() => {});
    throw failureOf(response, settings, errand);
  };
}

/** Reason for a failed request, in a few words. */
export function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error ? cause.message : String(cause));
}

export function unreachable({ place, action }: Errand, why: string, cause?: unknown): GraftError {
  const [code, what] =
    action === 'read'
      ? (['READ_FAILED', cacheOnly] as const)
      : (['WRITE_FAILED', 'try again later'] as const);
  return new HubUnreachable(code, `${place}: ${why}; check the network, or ${what}.`, { cause });
}

const cacheOnly = 'set HF_HUB_OFFLINE=1 to use only what is in the cache';

/** The hub is there, and cannot answer now. */
function busy({ place, action }: Errand, why: string): GraftError {
  return action === 'read'
    ? new HubUnreachable('READ_FAILED', `${place}: ${why}; try again later, or ${cacheOnly}.`)
    : new HubUnreachable('WRITE_FAILED', `${place}: ${why}; try again later.`);
}

function failureOf(response: Response, settings: HubSettings, errand: Errand): GraftError {
  const { place, action } = errand;
  const { status } = response;
  const code = action === 'read' ? 'READ_FAILED' : 'WRITE_FAILED';
  const said = response.headers.get('x-error-code');
  if (status === 404 && said === 'RevisionNotFound')
    return new GraftError(
      'NOT_FOUND',
      `${place}: the repository has no such revision; give one of its branches, tags or commits.`,
    );
  if (status === 404)
    return new GraftError(
      'NOT_FOUND',
      `${place}: there is no such repository or file at ${settings.endpoint}; check the name.`,
    );
  if (said === 'GatedRepo')
    return new GraftError(
      code,
      `${place}: its owner requires you to accept conditions; accept them on the page of the repository, and set HF_TOKEN to a token of that account.`,
    );
  if (status === 401 && settings.token === undefined)
    return new GraftError(
      code,
      `${place}: the hub does not show it without a token; check the name or, for a private repository, set HF_TOKEN.`,
    );
  if (status === 401)
    return new GraftError(
      code,
      `${place}: the hub does not accept HF_TOKEN; check the token and the name.`,
    );
  if (status === 403)
    return new GraftError(
      code,
      `${place}: access is not allowed; ask for it on the page of the repository, and set HF_TOKEN to a token that may ${action} it.`,
    );
  const reason = response.headers.get('x-error-message')?.slice(0, 200);
  const known = status === 429 ? 'too many requests' : undefined;
  const words = reason || known;
  const why = `the hub answered ${status}${words ? ` (${words})` : ''}`;
  if (status === 429 || status >= 500) return busy(errand, why);
  return new GraftError(code, `${place}: ${why}.`);
}
