import { existsSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { argumentPath, filePath, ioError, listEntries, realPath } from '@pip-graft/graft/files';
import { formatOf, imageExtensions, resultName, unreadExtensions } from '@pip-graft/restore';
import { glob, isDynamicPattern } from 'tinyglobby';
import { checkResultsFolder } from '../options/check-output.ts';
import { foldsCase } from './folds-case.ts';

/** An image file, and the name of its result in the output folder. */
interface FoundImage {
  readonly path: string;
  readonly name: string;
}

export interface Found {
  readonly images: readonly FoundImage[];
  readonly faults: readonly Fault[];
  /** Images in folders whose format is not supported. */
  readonly passedOver: readonly string[];
}

/** An argument, or a folder in it, that gave no images. */
export interface Fault {
  readonly path: string;
  readonly error: GraftError;
}

/**
 * Finds the images of files, folders and glob patterns. A folder gives every image below it, a
 * pattern every match. Both keep the structure below the folder, or below the fixed start of the
 * pattern. A path that exists is never a pattern. In folders and patterns, hidden files and the
 * output folder are skipped.
 */
export async function findImages(args: readonly string[], output: string): Promise<Found> {
  const images: FoundImage[] = [];
  const faults: Fault[] = [];
  const passedOver: string[] = [];
  const results = realOr(output);
  for (const arg of args) {
    try {
      const found = await fromArgument(arg, { results, faults, passedOver });
      images.push(...found);
    } catch (error) {
      faults.push({ path: arg, error: ioError('read', arg, error) });
    }
  }
  return { images, faults, passedOver };
}

/** A path with its links resolved; the absolute path if it is not there. */
function realOr(path: string): string {
  try {
    return realPath(path);
  } catch {
    return resolve(path);
  }
}

async function fromArgument(
  text: string,
  { results, ...noted }: Pick<Walk, 'results' | 'faults' | 'passedOver'>,
): Promise<FoundImage[]> {
  const { faults } = noted;
  if (text === '') throw new GraftError('INVALID_ARGUMENT', "image '': it is empty; name a path.");
  const arg = argumentPath(text);
  const there = await stat(filePath(arg)).catch((error: NodeJS.ErrnoException) => error);
  if (there instanceof Error) {
    const foreign = notAPath(arg);
    if (foreign) throw foreign;
    // A pattern may look like a path through a file, or be too long for a path.
    if (isDynamicPattern(arg)) return fromPattern(arg, results);
    throw there;
  }
  if (there.isFile()) {
    if (!isImage(arg)) throw notAnImage(arg);
    return [{ path: arg, name: basename(arg) }];
  }
  if (!there.isDirectory()) {
    throw new GraftError(
      'READ_FAILED',
      `${arg}: it is neither a file nor a folder; pass one of these.`,
    );
  }
  const before = faults.length;
  const found: FoundImage[] = [];
  await walk(arg, '', { results, seen: new Set(), found, ...noted });
  if (found.length === 0 && faults.length === before) {
    throw new GraftError('NOT_FOUND', `${arg}: no image in this folder; ${formats}.`);
  }
  return found;
}

/** Error for what other commands take in place of a path; undefined for a path. */
function notAPath(text: string): GraftError | undefined {
  const problem =
    text === '-'
      ? 'standard input is not read; name a file'
      : /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
        ? 'it is a URL, and images are read from files; download it first'
        : undefined;
  return problem === undefined
    ? undefined
    : new GraftError('INVALID_ARGUMENT', `image '${text}': ${problem}.`);
}

const formats = `images end in ${imageExtensions.join(', ')}`;

interface Walk {
  readonly results: string;
  /** Real paths of the visited folders, because links may form circles. */
  readonly seen: Set<string>;
  readonly found: FoundImage[];
  readonly faults: Fault[];
  readonly passedOver: string[];
}

async function walk(folder: string, below: string, state: Walk): Promise<void> {
  try {
    const real = realPath(folder);
    if (state.seen.has(real) || (below !== '' && real === state.results)) return;
    state.seen.add(real);
    for (const { name, entry } of listEntries(folder)) {
      if (name.startsWith('.')) continue;
      const path = join(folder, name);
      // Keep a broken link with an image's name: reading it gives the reason.
      const kind = entry.isSymbolicLink()
        ? await stat(filePath(path)).catch(() => undefined)
        : entry;
      if (kind?.isDirectory()) await walk(path, join(below, name), state);
      else if (isImage(name) && (kind === undefined || kind.isFile())) {
        state.found.push({ path, name: join(below, name) });
      } else if (unreadExtensions.includes(extname(name).toLowerCase())) {
        state.passedOver.push(path);
      }
    }
  } catch (error) {
    state.faults.push({ path: folder, error: ioError('read', folder, error) });
  }
}

async function fromPattern(pattern: string, results: string): Promise<FoundImage[]> {
  const slashed = sep === '\\' ? pattern.replaceAll('\\', '/') : pattern;
  const segments = slashed.split('/');
  const fixed = segments.findIndex(
    (segment, index) =>
      isDynamicPattern(segment) ||
      // A brace that a later segment closes: neither is a pattern by itself.
      (/\{[^}]*$/.test(segment) && segments.slice(index).join('/').includes('}')),
  );
  const base = resolve(segments.slice(0, fixed).join('/') || (fixed > 0 ? '/' : '.'));
  const matches = await glob(segments.slice(fixed).join('/'), {
    cwd: base,
    expandDirectories: false,
  });
  const start = segments.slice(0, fixed).join('/');
  const found: FoundImage[] = [];
  const seen = new Set<string>();
  // Short paths first: long ones may lead to the same files through circular links.
  matches.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  for (const match of matches) {
    const path = start === '' && fixed === 0 ? match : `${start}/${match}`;
    const home = realOr(dirname(path));
    const real = join(home, basename(path));
    const isResult = results !== base && `${home}${sep}`.startsWith(`${results}${sep}`);
    if (!isImage(match) || isResult || seen.has(real)) continue;
    seen.add(real);
    found.push({ path, name: join(match) });
  }
  if (found.length > 0) return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const what = matches.length === 0 ? 'nothing matches' : 'no image matches';
  throw new GraftError('NOT_FOUND', `${pattern}: ${what} this pattern; ${formats}.`);
}

/** Error for a named file of another format: one file must not stop the others. */
function notAnImage(path: string): GraftError {
  const kind = extname(path).slice(1).toUpperCase();
  const problem =
    kind === ''
      ? `its name has no extension; ${formats}`
      : `${kind} is not read; convert it to PNG, TIFF or JPEG first`;
  return new GraftError('INVALID_ARGUMENT', `${path}: ${problem}.`);
}

function isImage(name: string): boolean {
  return imageExtensions.includes(extname(name).toLowerCase());
}

/** An image and the file for its result. */
export interface Job extends FoundImage {
  readonly output: string;
}

/**
 * Chooses the file of each result. Rejects, before anything runs, a folder that is a file or named like one, a format
 * or folder that cannot be written, two images with one name, and a result over a source. An image that was
 * named twice is restored once.
 *
 * Errors: `WRITE_FAILED`, `INVALID_ARGUMENT`.
 */
export function placeResults(
  images: readonly FoundImage[],
  folder: string,
  folds = foldsCase,
): Job[] {
  if (existsSync(filePath(folder)) && !statSync(filePath(folder)).isDirectory()) {
    throw new GraftError('WRITE_FAILED', `${folder}: it is a file; results go into a folder.`);
  }
  requireFolderName(folder);
  checkResultsFolder(folder);
  const sources = new Map(images.map(({ path }) => [real(path), path]));
  const jobs = new Map<string, Job>();
  const isFolding = folds(folder);
  const keyOf = (path: string): string => (isFolding ? path.normalize('NFC').toLowerCase() : path);
  for (const found of images) {
    const image = { ...found, name: resultName(found.name) };
    const output = join(folder, image.name);
    const target = real(output);
    const first = jobs.get(keyOf(target));
    if (first !== undefined && real(first.path) !== real(image.path)) {
      const why = real(first.output) === target ? '' : ', where names that differ by case are one';
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image.path} and ${first.path} would both be written to ${output}${why}; restore them into different folders.`,
      );
    }
    const source = sources.get(target);
    if (source !== undefined) {
      const what = source === image.path ? 'it' : source;
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${image.path}: the result would replace ${what}; choose another folder than ${folder}.`,
      );
    }
    formatOf(output);
    if (first === undefined) jobs.set(keyOf(target), { ...image, output });
  }
  return [...jobs.values()];
}

/**
 * Rejects a name that is meant for a file, or for standard output, unless there is such a folder.
 *
 * Errors: `INVALID_ARGUMENT`.
 */
function requireFolderName(folder: string): void {
  const named = folder === '-' || imageExtensions.includes(extname(folder).toLowerCase());
  if (!named || existsSync(filePath(folder))) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${folder}: results go into a folder, under the names of their images; name a folder, such as -o restored.`,
  );
}

/** Resolves links in the existing part of a path. */
function real(path: string): string {
  const full = resolve(path);
  try {
    return realPath(full);
  } catch {
    const parent = dirname(full);
    return parent === full ? full : join(real(parent), basename(full));
  }
}
