import { argument, GraftError } from '@pip-graft/onnx-graft';

/** Parts of a name on a model hub: a repository, a revision of it, and a folder or file in it. */
export interface HubName {
  /** `owner/name` */
  readonly repository: string;
  /** A branch, a tag, `refs/pr/N`, or a commit. */
  readonly revision: string;
  /** With `/` between its parts; empty for the root of the repository. */
  readonly path: string;
}

/** Prefix of names on a model hub. */
const scheme = 'hf:';
const mostCharacters = 1024;

const form =
  /^hf:(?<repository>[^/@]+\/[^/@]+)(?:@(?<revision>refs\/pr\/\d+|[^/]*))?(?:\/(?<path>.*))?$/s;
const namePart = /^[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;
const revisionForm = /^(?:refs\/pr\/\d{1,9}|[A-Za-z0-9_][\w.+-]{0,199})$/;
const commitForm = /^[0-9a-f]{40}$/;

/** Whether a text is a name on a model hub, well formed or not. */
export function isHubName(text: string): boolean {
  // Programs without types pass other things, which then are paths of the wrong type.
  return typeof text === 'string' && text.startsWith(scheme);
}

/** Whether a revision is a commit, which never changes. */
export function isCommit(revision: string): boolean {
  return commitForm.test(revision);
}

/**
 * Parses `hf:owner/name[@revision][/folder]`; the default revision is `main`.
 *
 * Errors: `INVALID_ARGUMENT`, also for a name that would lead out of the cache.
 *
 * @example parseHubName('hf:me/rain-adapter@v1/small')
 */
export function parseHubName(text: string): HubName {
  argument.requirePath(text, 'parseHubName');
  const { repository = '', revision = 'main', path = '' } = form.exec(text)?.groups ?? {};
  const folder = path.replace(/\/$/, '');
  if (text.length > mostCharacters) throw invalid(`${text.slice(0, 80)}…`, 'it is too long');
  if (!isRepository(repository)) throw invalid(text, 'it has no owner and name');
  if (!revisionForm.test(revision) || revision.includes('..'))
    throw invalid(text, 'its revision is not a branch, tag or commit without a slash');
  if (folder !== '' && !isInside(folder)) throw invalid(text, 'its folder leads elsewhere');
  return { repository, revision, path: folder };
}

/** The text form of a name. */
export function hubText({ repository, revision, path }: HubName): string {
  const at = revision === 'main' ? '' : `@${revision}`;
  return `${scheme}${repository}${at}${path === '' ? '' : `/${path}`}`;
}

/** Whether a path in a repository stays inside a folder on every system. */
export function isInside(path: string): boolean {
  const parts = path.split('/');
  return (
    // Control characters, Windows' separators of parts or drives, and what its names cannot have.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    !/[\x00-\x1f\x7f\\:*?"<>|]/.test(path) && !parts.some((part) => /^\.{0,2}$|[ .]$/.test(part))
  );
}

function isRepository(repository: string): boolean {
  const parts = repository.split('/');
  return (
    parts.length === 2 &&
    parts.every((part) => namePart.test(part) && !part.includes('--') && !part.includes('..'))
  );
}

function invalid(text: string, problem: string): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `'${text}': ${problem}; write hf:owner/name, hf:owner/name@revision or hf:owner/name/folder.`,
  );
}
