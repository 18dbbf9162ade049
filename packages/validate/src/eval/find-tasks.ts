import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';
import { cleanPairs, type FoundPairs, findPairs } from './find-pairs.ts';
import { listFolder } from './list-folder.ts';
import type { Problem, SyntheticDegradation, Task } from './task.ts';

export interface FindTasksOptions {
  /** Degradations to put onto clean images, each a task of its own. Left out, pairs are looked for. */
  readonly degrade?: readonly SyntheticDegradation[];
  /** Images of each folder, in the order of their names; default all. */
  readonly limit?: number;
}

export interface FoundTasks {
  readonly tasks: readonly Task[];
  readonly problems: readonly Problem[];
  /** Files of formats that are not read, and folders inside of `input` and `target`. */
  readonly ignored: readonly string[];
}

/** Images found in one folder. */
interface Found extends FoundPairs {
  /** Path below the folder that was searched; empty for itself. */
  readonly name: string;
}

/**
 * The tasks in a folder and in the folders below it.
 *
 * A folder that holds `input` and `target` is a task: images of equal names,
 * whatever their extensions, are pairs. With `degrade`, each folder that holds
 * images is a task for each degradation (of `input` and `target` only the
 * latter). What is chosen, and its order, depends on names alone.
 *
 * Errors: `NOT_FOUND` for a folder that is not there or holds nothing to evaluate;
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
    throw new GraftError('READ_FAILED', `${folder}: it is a file; expected a folder of images.`);
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
  /** Real paths of the folders that were visited: a link to a folder above would go round for ever. */
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
    const reason = `${path} holds ${halves[0]}/ but no ${other}/.`;
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
    : 'input/ and target/ with images (PNG, JPEG, WebP, TIFF) of equal names, in it or below; clean images alone can be degraded (--degrade noise:25)';
  const seen =
    first === undefined
      ? ''
      : ` It was passed over: ${first.reason}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ''}`;
  return new GraftError('NOT_FOUND', `${folder}: nothing to evaluate; expected ${wanted}.${seen}`);
}
