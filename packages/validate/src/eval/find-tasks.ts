import { stat } from 'node:fs/promises';
import { basename, extname, join, parse, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, listEntries, realPath } from '@pip-graft/onnx-graft/node';
import { imageExtensions } from '@pip-graft/restore';
import type { Pair, Problem, SyntheticDegradation, Task } from './evaluation.ts';

/** The content of a folder, sorted by code units: the same order on every machine. */
export interface Listing {
  readonly folders: readonly string[];
  /** File names of images by name without extension; several if the folder has `a.jpg` and `a.png`. */
  readonly images: ReadonlyMap<string, readonly string[]>;
  /** Files in unsupported formats. */
  readonly others: readonly string[];
}

/** Lists a folder without hidden files and follows links. Errors: `NOT_FOUND`, `READ_FAILED`. */
export async function listFolder(path: string): Promise<Listing> {
  let entries: ReturnType<typeof listEntries>;
  try {
    entries = listEntries(path);
  } catch (error) {
    throw ioError('read', path, error);
  }
  const folders: string[] = [];
  const images = new Map<string, string[]>();
  const others: string[] = [];
  for (const { name, entry } of entries) {
    if (name.startsWith('.')) continue;
    if (
      entry.isDirectory() ||
      (entry.isSymbolicLink() && (await leadsToFolder(join(path, name))))
    ) {
      folders.push(name);
    } else if (imageExtensions.includes(extname(name).toLowerCase())) {
      const stem = parse(name).name;
      images.set(stem, [...(images.get(stem) ?? []), name]);
    } else others.push(name);
  }
  return { folders, images, others };
}

/** A broken link counts as a file, which then turns out to be unreadable. */
async function leadsToFolder(path: string): Promise<boolean> {
  return stat(filePath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The pairs of one folder, the images that form no pair, and the skipped files. */
export interface FoundPairs {
  readonly pairs: readonly Pair[];
  readonly problems: readonly Omit<Problem, 'task'>[];
  readonly ignored: readonly string[];
}

/** Pairs images with the same name in `input` and `target`, whatever their extensions. */
export async function findPairs(path: string): Promise<FoundPairs> {
  const folders = [join(path, 'input'), join(path, 'target')] as const;
  const [inputs, targets] = [await listFolder(folders[0]), await listFolder(folders[1])];
  const pairs: Pair[] = [];
  const problems: Omit<Problem, 'task'>[] = [];
  const names = new Set([...inputs.images.keys(), ...targets.images.keys()]);
  for (const name of [...names].sort()) {
    const [left = [], right = []] = [inputs.images.get(name), targets.images.get(name)];
    const [input, target] = [left[0], right[0]];
    if (input === undefined || target === undefined) {
      const missing = input === undefined ? folders[0] : folders[1];
      const image = input ?? target ?? name;
      problems.push({ image, reason: `${missing} has no image '${name}'.` });
    } else if (left.length > 1 || right.length > 1) {
      problems.push({ image: name, reason: twice(left.length > 1 ? left : right) });
    } else {
      pairs.push({ name, input: join(folders[0], input), target: join(folders[1], target) });
    }
  }
  return { pairs, problems, ignored: [...rest(folders[0], inputs), ...rest(folders[1], targets)] };
}

/** The images of a folder as targets for inputs yet to be made. */
export function cleanPairs(path: string, listing: Listing): FoundPairs {
  const pairs: Pair[] = [];
  const problems: Omit<Problem, 'task'>[] = [];
  for (const [name, files] of listing.images) {
    if (files.length > 1) problems.push({ image: name, reason: twice(files) });
    else pairs.push({ name, input: null, target: join(path, files[0]!) });
  }
  return { pairs, problems, ignored: listing.others.map((file) => join(path, file)) };
}

function twice(files: readonly string[]): string {
  return `${files.join(' and ')} have the same name; keep one of them.`;
}

function rest(path: string, { folders, others }: Listing): string[] {
  return [...folders, ...others].map((name) => join(path, name));
}

/** Word prefixes in folder names that indicate a degradation, benchmark names included. */
const words: readonly (readonly string[])[] = [
  ['nois'],
  ['rain'],
  ['haz', 'fog', 'sots'],
  ['blur', 'gopro'],
  ['lowlight', 'dark', 'enhanc', 'lol'],
];

/**
 * The label that a task's name indicates: a word that begins with the label (`denoise25` for
 * `noise25`), otherwise a known word for the same degradation (`sots-indoor` for `haze`). The last
 * folder that indicates a label wins. Undefined if no label fits, or several do.
 *
 * @example matchLabel('derain/rain100l', ['noise', 'rain']) // 'rain'
 */
export function matchLabel(task: string, labels: readonly string[]): string | undefined {
  for (const folder of task.split('/').reverse()) {
    const parts = wordsOf(folder);
    const named = labels.filter((label) => parts.some((part) => begins(part, plain(label))));
    // Prefer the longer of noise and noise25: it is more specific.
    const longest = Math.max(0, ...named.map((label) => plain(label).length));
    const exact = named.filter((label) => plain(label).length === longest);
    if (exact.length > 0) return exact.length === 1 ? exact[0] : undefined;
    const meant = words.filter((group) => parts.some((part) => isOf(part, group)));
    const akin = labels.filter((label) => meant.some((group) => isOf(plain(label), group)));
    if (akin.length > 0) return akin.length === 1 ? akin[0] : undefined;
  }
  return undefined;
}

function isOf(word: string, group: readonly string[]): boolean {
  return group.some((beginning) => begins(word, beginning));
}

/** `derain` and `rain100l` begin with rain. */
function begins(word: string, beginning: string): boolean {
  return word.startsWith(beginning) || word.startsWith(`de${beginning}`);
}

/** Words of a folder's name: `Low-Light_v2` gives lowlight and v2. The rain inside train is not a word. */
function wordsOf(folder: string): string[] {
  return folder
    .toLowerCase()
    .replace(/low[-_ ]?light/g, 'lowlight')
    .split(/[^\p{L}\p{N}]+/u);
}

function plain(label: string): string {
  return label.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

export interface FindTasksOptions {
  /** Degradations to apply to clean images, one task each. Default: look for pairs. */
  readonly degrade?: readonly SyntheticDegradation[];
  /** Number of images per folder, in name order; default: all. */
  readonly limit?: number;
}

export interface FoundTasks {
  readonly tasks: readonly Task[];
  readonly problems: readonly Problem[];
  /** Files in unsupported formats, and folders inside `input` and `target`. */
  readonly ignored: readonly string[];
}

/** Images found in one folder. */
interface Found extends FoundPairs {
  /** Path relative to the searched folder; empty for the folder itself. */
  readonly name: string;
}

/**
 * Finds the tasks in a folder and its subfolders.
 *
 * A folder with `input` and `target` is a task: images with the same name, whatever their extension,
 * are pairs. With `degrade`, each folder with images is a task for each degradation (of `input` and
 * `target`, only `target`). Selection and order depend only on names.
 *
 * Errors: `NOT_FOUND` for a folder that does not exist or has nothing to evaluate;
 * `READ_FAILED`.
 *
 * @example
 * const { tasks } = await findTasks('data', { degrade: [{ degradation: 'noise', amount: 25 }] });
 */
export async function findTasks(
  folder: string,
  options: FindTasksOptions = {},
): Promise<FoundTasks> {
  const { degrade = [], limit = Number.POSITIVE_INFINITY } = options;
  const entry = await stat(filePath(folder)).catch((error: unknown) => {
    throw ioError('read', folder, error);
  });
  if (!entry.isDirectory()) {
    throw new GraftError('READ_FAILED', `${folder}: not a folder; pass a folder of images.`);
  }
  const found: Found[] = [];
  await visit(folder, '', { found, seen: new Set(), clean: degrade.length > 0 });
  const own = basename(resolve(folder));
  const tasks = found.flatMap(({ name, pairs }): Task[] => {
    const chosen = pairs.slice(0, limit);
    if (chosen.length === 0) return [];
    if (degrade.length === 0) return [{ name: name || own, pairs: chosen }];
    return degrade.map((how) => {
      const made = `${how.degradation}:${how.amount}`;
      return { name: name === '' ? made : `${name}/${made}`, pairs: chosen, degrade: how };
    });
  });
  const problems = found.flatMap(({ name, problems: some }) =>
    some.map((problem): Problem => ({ task: name || own, ...problem })),
  );
  const ignored = found.flatMap(({ ignored: some }) => some);
  if (tasks.length === 0) throw nothing(folder, degrade.length > 0, problems, ignored);
  return { tasks, problems, ignored };
}

interface Search {
  readonly found: Found[];
  /** Real paths of visited folders: a link to a parent folder would recurse forever. */
  readonly seen: Set<string>;
  readonly clean: boolean;
}

async function visit(path: string, name: string, search: Search): Promise<void> {
  const { found, seen, clean } = search;
  const listing = await listFolder(path);
  let real: string;
  try {
    real = realPath(path);
  } catch (error) {
    throw ioError('read', path, error);
  }
  if (seen.has(real)) return;
  seen.add(real);
  const halves = ['input', 'target'].filter((half) => listing.folders.includes(half));
  if (halves.length === 2) {
    const target = join(path, 'target');
    const pairs = clean ? cleanPairs(target, await listFolder(target)) : await findPairs(path);
    found.push({ name, ...pairs });
    return;
  }
  if (clean && listing.images.size > 0) found.push({ name, ...cleanPairs(path, listing) });
  if (!clean && halves.length === 1) {
    const other = halves[0] === 'input' ? 'target' : 'input';
    const reason = `${path} has ${halves[0]}/ but no ${other}/.`;
    found.push({ name, pairs: [], problems: [{ image: `${halves[0]}/`, reason }], ignored: [] });
  }
  for (const folder of listing.folders) {
    await visit(join(path, folder), name === '' ? folder : `${name}/${folder}`, search);
  }
}

function nothing(
  folder: string,
  clean: boolean,
  problems: readonly Problem[],
  ignored: readonly string[],
): GraftError {
  const others = ignored.map((path) => ({ reason: `${path} is not an image that is read.` }));
  const skipped = [...problems, ...others];
  const [first] = skipped;
  const wanted = clean
    ? 'images (PNG, JPEG, WebP, TIFF, AVIF) to degrade'
    : 'input/ and target/ with images (PNG, JPEG, WebP, TIFF, AVIF) with the same names, in this folder or below; to degrade clean images, use --degrade noise:25';
  const seen =
    first === undefined
      ? ''
      : ` Skipped: ${first.reason}${skipped.length > 1 ? ` And ${skipped.length - 1} more.` : ''}`;
  return new GraftError('NOT_FOUND', `${folder}: nothing to evaluate; expected ${wanted}.${seen}`);
}
