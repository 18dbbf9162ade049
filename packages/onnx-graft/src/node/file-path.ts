import {
  closeSync,
  constants,
  type Dirent,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { GraftError } from '../error.ts';
import { decodeText, encodeText, isUtf8 } from '../wire/text.ts';

/**
 * A path for Node's file functions. A name that is not UTF-8 is a string as {@link listNames} reads
 * it, and must be passed as bytes.
 */
export function filePath(path: string): string | Buffer {
  return isUtf8(path) ? path : Buffer.from(encodeText(path));
}

/** Whether a path leads to a file; what cannot be looked at is none. */
export function isFile(path: string): boolean {
  try {
    return statSync(filePath(path)).isFile();
  } catch {
    return false;
  }
}

/** A path that Node returned as bytes. */
export function pathText(bytes: Uint8Array): string {
  return decodeText(bytes);
}

/** A path with its links resolved, even if names are not UTF-8. */
export function realPath(path: string): string {
  return pathText(realpathSync.native(filePath(path), { encoding: 'buffer' }));
}

/** Entries of a folder in the order of their names; see {@link filePath}. */
export function listEntries(
  folder: string,
): { readonly name: string; readonly entry: Dirent<Buffer> }[] {
  return readdirSync(filePath(folder), { encoding: 'buffer', withFileTypes: true })
    .map((entry) => ({ name: pathText(entry.name), entry }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The path that an argument means. Node replaces each byte of an argument that is not UTF-8 by a
 * replacement character; if no file has that exact name and one name in the folder reads the same,
 * it is that one.
 */
export function argumentPath(path: string): string {
  if (!path.includes('\ufffd') || existsSync(path)) return path;
  const home = argumentPath(dirname(path));
  const name = path.slice(path.lastIndexOf('/') + 1);
  let names: string[];
  try {
    names = listNames(home);
  } catch {
    return path;
  }
  const found = names.filter((each) => new TextDecoder().decode(encodeText(each)) === name);
  return found.length === 1 ? join(home, found[0]!) : path;
}

/** Names in a folder, including those that are not UTF-8; see {@link filePath}. */
export function listNames(folder: string): string[] {
  return readdirSync(filePath(folder), { encoding: 'buffer' }).map(pathText);
}

/** The number of links that Linux follows. */
const mostLinks = 40;

/**
 * The path to write to if a path is a symbolic link, even one that leads to nothing yet: a rename
 * would replace the link itself. Any other path is returned unchanged.
 *
 * Errors: `WRITE_FAILED` for a cycle of links.
 */
export function followLink(path: string): string {
  let at = path;
  for (let links = 0; isLink(at); links++) {
    if (links === mostLinks)
      throw ioError('write', path, Object.assign(new Error(), { code: 'ELOOP' }));
    const to = pathText(readlinkSync(filePath(at), { encoding: 'buffer' }));
    // Not by text: `..` behind a link to a folder leads to the parent of that folder.
    const next = isAbsolute(to) ? to : `${dirname(at)}/${to}`;
    at = join(realFolder(dirname(next)), basename(next));
  }
  return at;
}

/** A folder with its links resolved as far as it exists. */
function realFolder(path: string): string {
  try {
    return realPath(path);
  } catch {
    const above = dirname(path);
    return above === path ? resolve(path) : join(realFolder(above), basename(path));
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(filePath(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

/**
 * Makes a folder and its missing parents, and returns the folders it made, outermost first.
 *
 * Not `mkdir` with `recursive`: if a parent exists and rejects new entries with ENOENT, as /proc
 * does, Node 20 retries forever.
 */
export async function makeFolder(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !existsSync(filePath(folder)) && folder !== dirname(folder); ) {
    missing.push(folder);
    folder = dirname(folder);
  }
  const made: string[] = [];
  for (const folder of missing.reverse()) {
    try {
      await mkdir(filePath(folder));
      made.push(folder);
    } catch (error) {
      // Another process made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return made;
}

/** Removes those folders of {@link makeFolder} that are still empty. */
export async function unmakeFolders(made: readonly string[]): Promise<void> {
  for (const folder of [...made].reverse()) await rmdir(filePath(folder)).catch(() => {});
}

/** Flushes a folder's names to disk if the system can open a folder for that (Windows cannot). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(filePath(path), constants.O_RDONLY).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/** Like {@link syncFolder}, at once. */
export function syncFolderNow(path: string): void {
  try {
    const folder = openSync(filePath(path), constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {}
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be too large for the file system',
  EMFILE: 'too many files are open',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** Variable of the environment that names the system's temporary folder. */
const temporaryVariable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';

/** A failed file operation as a {@link GraftError}: `NOT_FOUND`, `READ_FAILED` or `WRITE_FAILED`. */
export function ioError(action: 'read' | 'write', path: string, error: unknown): GraftError {
  if (error instanceof GraftError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  if (action === 'read') {
    return new GraftError(
      code === 'ENOENT' ? 'NOT_FOUND' : 'READ_FAILED',
      `${path}: could not be read: ${isUrl(path) ? 'it is a URL, and files are read; download it first' : why}.`,
      { cause: error },
    );
  }
  if (path.startsWith(join(tmpdir(), '.pip-graft.'))) {
    return new GraftError(
      'WRITE_FAILED',
      `${tmpdir()}: the temporary folder could not be written: ${why}; make room in it, or name another one in ${temporaryVariable}.`,
      { cause: error },
    );
  }
  return new GraftError(
    'WRITE_FAILED',
    `${path}: could not be written: ${why}; what was there is unchanged.`,
    { cause: error },
  );
}

/** Whether a path is a URL, also one that was resolved against a folder, which joins its slashes. */
function isUrl(path: string): boolean {
  return /(^|[/\\])https?:[/\\]/.test(path);
}
