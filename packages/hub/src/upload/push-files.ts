import { GraftError } from '@pip-graft/onnx-graft';
import { fileInfos } from '../download/file-infos.ts';
import { hubFetch } from '../hub-fetch.ts';
import { type HubName, hubText, isCommit } from '../hub-name.ts';
import { type HubOptions, hubSettings } from '../settings.ts';

/** Options of {@link pushFiles}. */
export interface PushOptions extends HubOptions {
  /** Title of the commit. */
  readonly title: string;
  /** Whether a created repository is private; default: as set for the owner's account. */
  readonly private?: boolean | undefined;
  /** Files to remove from the repository if present, by their paths in it. */
  readonly stale?: readonly string[];
}

/** Result of an upload. */
export interface PushedFiles {
  readonly commit: string;
  /** Whether the repository was created. */
  readonly created: boolean;
  readonly removed: readonly string[];
  readonly url: string;
}

/**
 * Uploads files in one commit, and creates the repository if it does not exist.
 *
 * Errors, after which nothing was uploaded: `INVALID_ARGUMENT` without `HF_TOKEN`, when offline, or
 * for a commit as the revision; `NOT_FOUND` for a branch that does not exist; `WRITE_FAILED`; the
 * signal's reason.
 *
 * @param files content by path in the repository
 *
 * @example await pushFiles(parseHubName('hf:me/rain'), new Map([['README.md', '# Rain']]), { title: 'A card' })
 */
export async function pushFiles(
  name: HubName,
  files: ReadonlyMap<string, string | Uint8Array>,
  options: PushOptions,
): Promise<PushedFiles> {
  const settings = hubSettings(options.environment);
  const place = hubText(name);
  if (settings.token === undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${place}: an upload needs a token; set HF_TOKEN to one that may write.`,
    );
  if (settings.offline)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${place}: HF_HUB_OFFLINE is set; unset it to upload.`,
    );
  if (isCommit(name.revision))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${place}: a commit cannot be changed; name a branch.`,
    );
  const hub = await import('@huggingface/hub');
  const errand = { place, action: 'write', signal: options.signal } as const;
  const common = {
    repo: { type: 'model', name: name.repository },
    hubUrl: settings.endpoint,
    fetch: hubFetch(settings, errand),
  } as const;
  try {
    const created = !(await hub.repoExists({
      ...common,
      fetch: hubFetch(settings, errand, [404]),
    }));
    // Only hubFetch adds the token to headers, not the library.
    if (created)
      await hub.createRepo({
        ...common,
        accessToken: '',
        ...(options.private ? { visibility: 'private' } : {}),
      });
    const there =
      created || options.stale === undefined || options.stale.length === 0
        ? []
        : await fileInfos(name, name.revision, options.stale, settings, common.fetch);
    const removed = there.map(({ path }) => path);
    const total = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    options.onProgress?.({ name: place, done: 0, total });
    const done = await hub.commit({
      ...common,
      branch: name.revision,
      title: options.title,
      // The plain upload of Git LFS: one request per file, which a proxy or mirror understands.
      useXet: false,
      ...(options.signal ? { abortSignal: options.signal } : {}),
      operations: [
        ...[...files].map(([path, content]) => ({
          operation: 'addOrUpdate' as const,
          path,
          content: new Blob([content as Uint8Array<ArrayBuffer>]),
        })),
        ...removed.map((path) => ({ operation: 'delete' as const, path })),
      ],
    });
    options.onProgress?.({ name: place, done: total, total });
    const commit = done?.commit.oid ?? '';
    if (!isCommit(commit)) throw new Error('it names no commit');
    const url = `${settings.endpoint}/${name.repository}`;
    return { commit, created, removed, url };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof GraftError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new GraftError(
      'WRITE_FAILED',
      `${place}: it could not be uploaded: ${why.slice(0, 300)}; nothing was uploaded.`,
      { cause: error },
    );
  }
}
