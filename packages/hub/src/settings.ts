import { homedir } from 'node:os';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The model hub's settings from the environment. */
export interface HubSettings {
  /** Without a trailing slash. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Whether the network must not be used. */
  readonly offline: boolean;
  /** Folder of the cache, which other programs share. */
  readonly cache: string;
}

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, and the cache's folder from `HF_HUB_CACHE`,
 * `HF_HOME` and `XDG_CACHE_HOME`, like the hub's tools.
 *
 * Errors: `INVALID_ARGUMENT` for an endpoint that is not a web address.
 */
export function hubSettings(environment: Environment = process.env): HubSettings {
  const said = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const home =
    said('HF_HOME') ?? join(said('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'huggingface');
  const cache = said('HF_HUB_CACHE') ?? said('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub');
  return {
    endpoint: endpointOf(said('HF_ENDPOINT') ?? 'https://huggingface.co'),
    token: tokenOf(said('HF_TOKEN')),
    offline: /^(1|true|yes|on)$/i.test(said('HF_HUB_OFFLINE') ?? ''),
    cache: cache.replace(/^~(?=$|[/\\])/, () => homedir()),
  };
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '')
    return url.href.replace(/\/+$/, '');
  throw new GraftError(
    'INVALID_ARGUMENT',
    `HF_ENDPOINT: '${text}' is not a web address; give one such as https://huggingface.co.`,
  );
}

function tokenOf(text: string | undefined): string | undefined {
  // It goes into a header, and must not be shown.
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new GraftError(
    'INVALID_ARGUMENT',
    'HF_TOKEN: it has spaces or other characters that a token cannot have; copy it again.',
  );
}

/** Progress of a download or upload. */
export interface HubProgress {
  /** The requested name. */
  readonly name: string;
  /** Bytes of all files together. */
  readonly done: number;
  readonly total: number;
}

/** Options of functions that use the model hub. */
export interface HubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: HubProgress) => void) | undefined;
  /** Receives a line for people: the coming download, or that the cache is used instead. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Source of `HF_TOKEN` and the other variables; default: `process.env`. */
  readonly environment?: Environment | undefined;
}
