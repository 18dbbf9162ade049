import { readFileSync } from 'node:fs';
import { copyFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import {
  ioError,
  isFile,
  makeFolder,
  temporaryPath,
  writeAtomic,
} from '@pip-graft/onnx-graft/node';
import { HubUnreachable, hubFetch } from '../hub-fetch.ts';
import { type HubName, hubText, isCommit, isInside } from '../hub-name.ts';
import { type HubOptions, type HubSettings, hubSettings } from '../settings.ts';
import { downloadBlob } from './download-blob.ts';
import { fileInfos, type RemoteFile, unreadable } from './file-infos.ts';

/** Files of a repository, by path. A snapshot with the required ones counts as complete. */
export interface WantedFiles {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** A revision of a repository in the cache. */
export interface Snapshot {
  readonly folder: string;
  readonly commit: string;
}

/**
 * Ensures that files of a repository are in the cache. A cached commit needs no network; a branch
 * or tag is looked up, and the cached one is used if the hub cannot be reached. Files are compared
 * with the hub's digests; none is executed.
 *
 * Errors: `NOT_FOUND` for a repository, revision or file that does not exist, or is not in the
 * cache when offline; `READ_FAILED`, `WRITE_FAILED`; `CORRUPT_FILE` for content with another
 * digest; `UNSAFE_FILE`; the signal's reason.
 *
 * @example await fetchFiles(parseHubName('hf:me/host'), { required: ['model.onnx'] })
 */
export async function fetchFiles(
  name: HubName,
  files: WantedFiles,
  options: HubOptions = {},
): Promise<Snapshot> {
  const settings = hubSettings(options.environment);
  const place = hubText(name);
  const outside = [...files.required, ...(files.optional ?? [])].find((path) => !isInside(path));
  if (outside !== undefined)
    throw new GraftError('UNSAFE_FILE', `${place}: '${outside}' leads out of the repository.`);
  const repository = repositoryFolder(settings.cache, name);
  const cached = (): Snapshot | undefined => {
    const commit = cachedCommit(repository, name.revision);
    if (commit === undefined) return undefined;
    const folder = snapshotFolder(repository, commit);
    return hasFiles(folder, files.required) ? { folder, commit } : undefined;
  };
  const there = isCommit(name.revision) || settings.offline ? cached() : undefined;
  if (there) return there;
  if (settings.offline)
    throw new GraftError(
      'NOT_FOUND',
      `${place}: it is not in the cache (${repository}), and HF_HUB_OFFLINE is set; unset it, or download it first.`,
    );
  const { signal } = options;
  const fetch = hubFetch(settings, { place, action: 'read', signal });
  try {
    const commit = await findCommit(name, settings, fetch);
    const folder = snapshotFolder(repository, commit);
    if (!hasFiles(folder, files.required)) await download(name, commit, files, settings, options);
    if (!isCommit(name.revision)) await keepCommit(repository, name.revision, commit);
    return { folder, commit };
  } catch (error) {
    const fallback = error instanceof HubUnreachable ? cached() : undefined;
    if (fallback === undefined) throw error;
    options.onNote?.(
      `${place}: the hub cannot be reached; using commit ${fallback.commit} from the cache.`,
    );
    return fallback;
  }
}

/** A range that a server does not have; its file is then asked for whole. */
const rangeNotSatisfiable = 416;

async function download(
  name: HubName,
  commit: string,
  { required, optional = [] }: WantedFiles,
  settings: HubSettings,
  { signal, onProgress, onNote }: HubOptions,
): Promise<void> {
  const place = hubText(name);
  const errand = { place, action: 'read', signal } as const;
  const fetch = hubFetch(settings, errand, [rangeNotSatisfiable]);
  const paths = [...new Set([...optional, ...required])];
  const found = await fileInfos(name, commit, paths, settings, fetch);
  const there = new Set(found.map(({ path }) => path));
  const missing = required.find((path) => !there.has(path));
  if (missing !== undefined)
    throw new GraftError('NOT_FOUND', `${place}: there is no '${missing}' at commit ${commit}.`);
  // Those that make the snapshot complete come last.
  const order = new Map(paths.map((path, index) => [path, index]));
  const files = found.sort((a, b) => order.get(a.path)! - order.get(b.path)!);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  onNote?.(`${place}: downloading ${files.length} files, ${megabytes(total)}, of commit ${commit}`);
  const repository = repositoryFolder(settings.cache, name);
  const blobOf = ({ digest }: RemoteFile): string => join(repository, 'blobs', digest);
  let before = 0;
  for (const file of files) {
    const { path, size } = file;
    await downloadBlob({
      url: `${settings.endpoint}/${name.repository}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
      blob: blobOf(file),
      identity: file,
      fetch,
      errand: { ...errand, place: `${place}: ${path}` },
      onBytes: (done) => onProgress?.({ name: place, done: before + done, total }),
    });
    before += size;
    onProgress?.({ name: place, done: before, total });
  }
  const folder = snapshotFolder(repository, commit);
  for (const file of files) await placeLink(blobOf(file), join(folder, file.path));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * Asks the hub for the commit of a revision.
 *
 * Errors: `NOT_FOUND` for a repository or revision that does not exist; those of {@link hubFetch}.
 */
async function findCommit(
  name: HubName,
  settings: HubSettings,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const { modelInfo } = await import('@huggingface/hub');
  try {
    const { sha } = await modelInfo({
      name: name.repository,
      revision: name.revision,
      additionalFields: ['sha'],
      hubUrl: settings.endpoint,
      fetch,
    });
    if (typeof sha === 'string' && isCommit(sha)) return sha;
  } catch (error) {
    throw error instanceof GraftError ? error : unreadable(name, error);
  }
  throw unreadable(name, 'it names no commit');
}

/**
 * Folder of a repository in the cache. The layout is that of the hub's tools, which share it:
 * `refs/REVISION` holds a commit, `snapshots/COMMIT/PATH` is a link to `blobs/DIGEST`.
 */
function repositoryFolder(cache: string, { repository }: HubName): string {
  return join(cache, `models--${repository.replace('/', '--')}`);
}

function snapshotFolder(repository: string, commit: string): string {
  return join(repository, 'snapshots', commit);
}

/** Whether a snapshot has all the given files. */
function hasFiles(snapshot: string, paths: readonly string[]): boolean {
  return paths.every((path) => isFile(join(snapshot, path)));
}

/** The commit of a revision when it was last looked up; undefined if it never was. */
function cachedCommit(repository: string, revision: string): string | undefined {
  if (isCommit(revision)) return revision;
  try {
    const commit = readFileSync(join(repository, 'refs', revision), 'utf8').trim();
    return isCommit(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}

/** Records the commit of a revision. Errors: `WRITE_FAILED`. */
async function keepCommit(repository: string, revision: string, commit: string): Promise<void> {
  if (cachedCommit(repository, revision) === commit) return;
  const bytes = new TextEncoder().encode(commit);
  await writeAtomic(join(repository, 'refs', revision), (append) => append(bytes));
}

/** Puts a file in a snapshot: a link to its blob, or else a copy. Errors: `WRITE_FAILED`. */
async function placeLink(blob: string, path: string): Promise<void> {
  const staged = temporaryPath(path);
  try {
    await makeFolder(dirname(path));
    try {
      await symlink(relative(dirname(path), blob), staged);
    } catch {
      // On Windows only some users may create links.
      await copyFile(blob, staged);
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {});
    throw ioError('write', path, error);
  }
}
