import { createHash, type Hash } from 'node:crypto';
import type { PathInfo } from '@huggingface/hub';
import { GraftError } from '@pip-graft/onnx-graft';
import { type HubName, hubText } from '../hub-name.ts';
import type { HubSettings } from '../settings.ts';

/** A file of a repository. */
export interface RemoteFile extends FileIdentity {
  readonly path: string;
}

/** Files per request and per name: a model with one file per tensor has a few thousand. */
const mostAsked = 500;
const mostFiles = 20_000;

/**
 * Asks the hub about some files of a commit; those that it does not have are omitted.
 *
 * Errors: `LIMIT_EXCEEDED`; `UNSAFE_FILE` for a response with files that were not requested, or
 * with invalid digests; those of {@link hubFetch}.
 */
export async function fileInfos(
  name: HubName,
  commit: string,
  paths: readonly string[],
  settings: HubSettings,
  fetch: typeof globalThis.fetch,
): Promise<RemoteFile[]> {
  const { pathsInfo } = await import('@huggingface/hub');
  if (paths.length > mostFiles)
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${hubText(name)}: it is made of ${paths.length} files; at most ${mostFiles} are downloaded.`,
    );
  const infos: PathInfo[] = [];
  for (let at = 0; at < paths.length; at += mostAsked) {
    const some = await pathsInfo({
      repo: { type: 'model', name: name.repository },
      revision: commit,
      paths: paths.slice(at, at + mostAsked),
      hubUrl: settings.endpoint,
      fetch,
    }).catch((error: unknown) => {
      throw error instanceof GraftError ? error : unreadable(name, error);
    });
    infos.push(...some);
  }
  const asked = new Set(paths);
  return infos
    .filter(({ type }) => type !== 'directory')
    .map((info) => {
      const { path, size, oid, lfs } = info;
      if (!asked.has(path)) throw unsafe(name, `a file '${String(path)}' that was not asked for`);
      const large = lfs ?? undefined;
      const file: RemoteFile = {
        path,
        size: large?.size ?? size,
        algorithm: large ? 'sha256' : 'git-sha1',
        digest: large?.oid ?? oid ?? '',
      };
      if (!(large ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(file.digest))
        throw unsafe(name, `a file '${path}' without a digest`);
      if (!Number.isSafeInteger(file.size) || file.size < 0)
        throw unsafe(name, `a file '${path}' without a size`);
      return file;
    });
}

function unsafe(name: HubName, what: string): GraftError {
  return new GraftError(
    'UNSAFE_FILE',
    `${hubText(name)}: the hub lists ${what}; nothing was downloaded. Check HF_ENDPOINT.`,
  );
}

/** Error for a response that is not a hub's. */
export function unreadable(name: HubName, cause: unknown): GraftError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GraftError(
    'READ_FAILED',
    `${hubText(name)}: the answer is not that of a model hub: ${why.slice(0, 200)}; check HF_ENDPOINT.`,
    { cause },
  );
}

/** Expected length and digest of a repository's file. */
export interface FileIdentity {
  readonly size: number;
  /** Digest of the content for large files; Git's, of length header and content, for others. */
  readonly algorithm: 'sha256' | 'git-sha1';
  /** In hex; it names the blob in the cache. */
  readonly digest: string;
}

/** A running digest to compare with a file's. */
export function startDigest({ algorithm, size }: FileIdentity): Hash {
  if (algorithm === 'sha256') return createHash('sha256');
  return createHash('sha1').update(`blob ${size}\0`);
}
