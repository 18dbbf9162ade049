import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readlinkSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  adapterFiles,
  GraftError,
  type Model,
  packageFiles,
  readGraft,
  sensorFiles,
} from '@pip-graft/graft';
import {
  digest,
  filePath,
  fileSource,
  followLink,
  hubFolders,
  ioError,
  isFile,
  isLeftoverOf,
  readLater,
  sweepLeftovers,
  withoutLeftovers,
} from '@pip-graft/graft/files';
import { Option } from 'commander';

/** Contents that an output folder may have, and their files. */
const kinds = { 'an adapter': adapterFiles, 'a sensor': sensorFiles } as const;

/** What an output folder may contain before the result replaces it. */
export type FolderKind = keyof typeof kinds;

export function forceOption(kind: FolderKind): Option {
  return new Option('--force', `replace ${kind} that already exists`);
}

/**
 * Checks before the work that an output file can be written after it.
 *
 * Errors: `WRITE_FAILED`, also for the target of a symbolic link.
 */
export function checkOutputFile(path: string): void {
  refuseStandardOutput(path);
  const there = statOf(path);
  if (there?.isDirectory()) throw refuse(path, 'it is a folder');
  if (/[/\\]$/.test(path))
    throw refuse(path, 'it ends like the name of a folder, but a file is written');
  if (there && !there.isFile()) throw refuse(path, 'it is not a file');
  requireWritable(path);
}

/** Rejects `-`, by which many commands mean standard output; a file of that name is `./-`. */
function refuseStandardOutput(path: string): void {
  if (path === '-') throw refuse(path, 'nothing is written to standard output');
}

/**
 * Checks an output folder in the same way, and first cleans up after a killed run.
 *
 * Errors: `WRITE_FAILED`, also for a folder with other contents, and for one of the same kind
 * unless it may be replaced.
 */
export async function checkOutputFolder(
  path: string,
  kind: FolderKind,
  replace: boolean | undefined,
): Promise<void> {
  refuseStandardOutput(path);
  requireWritable(path);
  const there = statOf(path);
  if (there === undefined) return;
  if (!there.isDirectory()) throw refuse(path, 'it is a file');
  const files = kinds[kind];
  // Finish a replacement that a killed run had begun.
  await sweepLeftovers(path, packageFiles);
  let all: string[];
  try {
    all = readdirSync(filePath(path));
  } catch (error) {
    throw ioError('write', path, error);
  }
  const names = withoutLeftovers(all, Object.values(files));
  if (names.length === 0) return;
  if (!all.some((name) => name === files.config || isLeftoverOf(name, [files.config])))
    throw refuse(path, `it holds files and is not ${kind}, which writing one here could replace`);
  // The folder may contain days of training.
  if (replace || !names.includes(files.config)) return;
  throw new GraftError(
    'WRITE_FAILED',
    `${path}: ${kind} is there; choose another folder, or --force to replace it.`,
  );
}

/**
 * Checks before the work that files can be written into a folder, which may not exist yet.
 *
 * Errors: `WRITE_FAILED`.
 */
export function checkResultsFolder(path: string): void {
  const there = statOf(path);
  if (there === undefined && isLink(path))
    throw new GraftError(
      'WRITE_FAILED',
      `${path}: it is a link to '${readlinkSync(path)}', which does not exist; make that folder, or choose another.`,
    );
  try {
    // A folder that exists needs nothing of those above it.
    if (there === undefined) requireWritable(path);
    else accessSync(filePath(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(filePath(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

/** Requires that a path, and the folder that it is or will be in, can be written. */
function requireWritable(path: string): void {
  const target = followLink(path);
  // Writing through its links would replace files that other programs and revisions share.
  if ([path, target].some((each) => hubFolders(dirname(resolve(each))).length > 0))
    throw refuse(path, 'it is in the cache of a model hub');
  try {
    if (statOf(target)) accessSync(filePath(target), constants.W_OK);
    let home = dirname(resolve(target));
    while (!statOf(home) && home !== dirname(home)) home = dirname(home);
    if (!statSync(filePath(home)).isDirectory())
      throw new GraftError('WRITE_FAILED', `${path}: '${home}' is a file; choose another path.`);
    accessSync(filePath(home), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Stats of a path, following links; undefined if there is nothing. Errors: `WRITE_FAILED`. */
function statOf(path: string): Stats | undefined {
  try {
    lstatSync(filePath(path));
    return statSync(filePath(path), { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A part of the path is a file; the check of the folder reports that.
    if (code === 'ENOTDIR') return undefined;
    throw ioError('write', path, error);
  }
}

function refuse(path: string, why: string): GraftError {
  return new GraftError('WRITE_FAILED', `${path}: ${why}; choose another name.`);
}

/** Files that a command may replace without --force. */
export interface Replaceable {
  readonly what: string;
  /** Whether the file at a path is one. Any error means that it is not. */
  accepts(path: string): boolean;
}

/** A model of any origin. */
export const anyModel: Replaceable = {
  what: 'a model',
  accepts: modelThat(({ graph }) => graph !== undefined),
};

/** What `apply` and `swap` write. */
export const graftedModel: Replaceable = {
  what: 'a grafted model',
  accepts: modelThat((model) => readGraft(model) !== null),
};

/** What `backbone build` and `backbone import` write; they are the producer of its copies, too. */
export const builtNetwork: Replaceable = {
  what: 'a network that graft built',
  accepts: modelThat((model) => model.producer.name === 'pip-graft' && readGraft(model) === null),
};

/** What `remove` writes: the host with this digest. */
export function hostOf(digestOfHost: string): Replaceable {
  return {
    what: 'this host',
    accepts: modelThat(({ source }) => digest(source) === digestOfHost),
  };
}

/**
 * Whether the model at a path has a property. Of a model that this library wrote, the outermost
 * records tell; its graph, or data that it has lost since, does not matter.
 */
function modelThat(accepts: (model: Model) => boolean): Replaceable['accepts'] {
  return (path) => {
    const source = fileSource(path);
    try {
      return accepts(readLater(source));
    } finally {
      source.close();
    }
  };
}

export function forceFileOption({ what }: Pick<Replaceable, 'what'> = graftedModel): Option {
  return new Option('--force', `replace a file that is not ${what}`);
}

/** Rejects a result over a file of another kind. Errors: `WRITE_FAILED`. */
export function refuseForeignFile(
  output: string,
  force: boolean | undefined,
  replaceable: Replaceable = graftedModel,
): void {
  // Anything but a file is rejected when it is written.
  if (force || !isFile(output) || isReplaceable(output, replaceable)) return;
  throw new GraftError(
    'WRITE_FAILED',
    `${output}: a file that is not ${replaceable.what} is there; choose another name, or --force to replace it.`,
  );
}

/** Whether a file may be replaced without --force. */
export function isReplaceable(path: string, { accepts }: Replaceable): boolean {
  try {
    return accepts(path);
  } catch {
    return false;
  }
}
