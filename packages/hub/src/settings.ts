import { homedir } from 'node:os';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';

/** Variables of the environment, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says of the model hub. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Whether nothing may be asked of the network. */
  readonly offline: boolean;
  /** Folder of the cache, which other programs share. */
  readonly cache: string;
}

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`, and where the cache is from `HF_HUB_CACHE`, `HF_HOME` and
 * `XDG_CACHE_HOME`, as the hub's own tools do.
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
  // It goes into a header; and it must not be shown.
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text;
  throw new GraftError(
    'INVALID_ARGUMENT',
    'HF_TOKEN: it has spaces or other characters that a token cannot have; copy it again.',
  );
}

/** How far a download or upload is. */
export interface HubProgress {
  /** The name that was asked for. */
  readonly name: string;
  /** Bytes, of all files together. */
  readonly done: number;
  readonly total: number;
}

/** Choices for whatever asks the model hub. */
export interface HubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: HubProgress) => void) | undefined;
  /** Gets a line for people: what is about to be downloaded, or that the cache is used instead. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Where `HF_TOKEN` and its kind are looked up; default: `process.env`. */
  readonly environment?: Environment | undefined;
}
