import { accessSync, constants, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { adapterFiles, GraftError, packageFiles, readGraft, sensorFiles } from '@pip-graft/graft';
import {
  followLink,
  hubFolders,
  ioError,
  isLeftoverOf,
  sweepLeftovers,
  withoutLeftovers,
} from '@pip-graft/graft/files';
import { openModel } from '@pip-graft/graft/node';
import { Option } from 'commander';

/** What a folder can hold, and its files. */
const kinds = { 'an adapter': adapterFiles, 'a sensor': sensorFiles } as const;

/** What may be where a result goes. */
export type FolderKind = keyof typeof kinds;

export function forceOption(kind: FolderKind): Option {
  return new Option('--force', `replace ${kind} that is there`);
}

/**
 * Finds out before the work what would stop a file from being written after it.
 *
 * Errors: `WRITE_FAILED`, where a symbolic link leads, too.
 */
export function checkOutputFile(path: string): void {
  const there = statOf(path);
  if (there?.isDirectory()) throw refuse(path, 'it is a folder');
  if (there && !there.isFile()) throw refuse(path, 'it is not a file');
  requireWritable(path);
}

/**
 * The same for a folder. What a killed run left in it is dealt with first.
 *
 * Errors: `WRITE_FAILED`, also for a folder that holds something else, and for one of the kind unless
 * it may be replaced.
 */
export async function checkOutputFolder(
  path: string,
  kind: FolderKind,
  replace: boolean | undefined,
): Promise<void> {
  requireWritable(path);
  const there = statOf(path);
  if (there === undefined) return;
  if (!there.isDirectory()) throw refuse(path, 'it is a file');
  const files = kinds[kind];
  // One that a killed run was putting in its place is put there first.
  await sweepLeftovers(path, packageFiles);
  let all: string[];
  try {
    all = readdirSync(path);
  } catch (error) {
    throw ioError('write', path, error);
  }
  const names = withoutLeftovers(all, Object.values(files));
  if (names.length === 0) return;
  if (!all.some((name) => name === files.config || isLeftoverOf(name, [files.config])))
    throw refuse(path, `it holds files and is not ${kind}, which writing one here could replace`);
  // It may hold days of training.
  if (replace || !names.includes(files.config)) return;
  throw new GraftError(
    'WRITE_FAILED',
    `${path}: ${kind} is there; choose another folder, or --force to replace it.`,
  );
}

/** The path itself, and the folder that it is or will be in. */
function requireWritable(path: string): void {
  const target = followLink(path);
  // Through its links a result would replace what other programs and revisions share.
  if ([path, target].some((each) => hubFolders(dirname(resolve(each))).length > 0))
    throw refuse(path, 'it is in the cache of a model hub');
  try {
    if (statOf(target)) accessSync(target, constants.W_OK);
    let home = dirname(resolve(target));
    while (!statOf(home) && home !== dirname(home)) home = dirname(home);
    if (!statSync(home).isDirectory())
      throw new GraftError('WRITE_FAILED', `${path}: '${home}' is a file; choose another path.`);
    accessSync(home, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** What is at a path, through links; undefined for nothing. Errors: `WRITE_FAILED`, as for a name that is too long. */
function statOf(path: string): Stats | undefined {
  try {
    lstatSync(path);
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A part of the path is a file: its folder says so.
    if (code === 'ENOTDIR') return undefined;
    throw ioError('write', path, error);
  }
}

function refuse(path: string, why: string): GraftError {
  return new GraftError('WRITE_FAILED', `${path}: ${why}; choose another name.`);
}

export function forceFileOption(): Option {
  return new Option('--force', 'replace a file that is not a grafted model');
}

/** Refuses to write a grafted model over a file of another kind. Errors: `WRITE_FAILED`. */
export function refuseForeignFile(output: string, force: boolean | undefined): void {
  if (force || !isFile(output)) return;
  if (!isGrafted(output)) {
    throw new GraftError(
      'WRITE_FAILED',
      `${output}: a file that is not a grafted model is there; choose another name, or --force to replace it.`,
    );
  }
}

function isGrafted(path: string): boolean {
  try {
    const opened = openModel(path);
    try {
      return readGraft(opened.model) !== null;
    } finally {
      opened.close();
    }
  } catch {
    return false;
  }
}

/** What is no file, or cannot be looked at, is refused when it is written to. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
