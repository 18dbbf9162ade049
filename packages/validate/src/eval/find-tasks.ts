import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';
import { cleanPairs, type FoundPairs, findPairs } from './find-pairs.ts';
import { listFolder } from './list-folder.ts';
import type { Problem, SyntheticDegradation, Task } from './task.ts';

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
  const entry = await stat(folder).catch((error: unknown) => {
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
  if (tasks.length === 0) throw nothing(folder, degrade.length > 0, problems);
  return { tasks, problems, ignored: found.flatMap(({ ignored }) => ignored) };
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
  const real = await realpath(path).catch((error: unknown) => {
    throw ioError('read', path, error);
  });
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

function nothing(folder: string, clean: boolean, problems: readonly Problem[]): GraftError {
  const [first] = problems;
  const wanted = clean
    ? 'images (PNG, JPEG, WebP, TIFF) to degrade'
    : 'input/ and target/ with images (PNG, JPEG, WebP, TIFF) with the same names, in this folder or below; to degrade clean images, use --degrade noise:25';
  const seen =
    first === undefined
      ? ''
      : ` Skipped: ${first.reason}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ''}`;
  return new GraftError('NOT_FOUND', `${folder}: nothing to evaluate; expected ${wanted}.${seen}`);
}
