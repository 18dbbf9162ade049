import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';
import { type FolderKind, marks } from '../options/refuse-folder.ts';

/** Where a run writes. */
export interface Targets {
  /** Folder of what is learned, and its kind; undefined for a run that learns a host by itself. */
  readonly folder?: { readonly path: string; readonly kind: FolderKind } | undefined;
  /** Files, those beside the folder among them; undefined ones are none. */
  readonly files: readonly (string | undefined)[];
  readonly state: string;
  /** Files that it reads, which must stay. */
  readonly inputs: readonly string[];
  readonly resume: boolean | undefined;
  readonly force: boolean | undefined;
}

/**
 * Finds out before the first step what would stop a run from writing after its last.
 *
 * Errors: `INVALID_ARGUMENT` for two targets in one place and a target over an input; `WRITE_FAILED`
 * for what must not be written over, and for a place that cannot be written to.
 */
export function checkTarget({ folder, files, state, inputs, resume, force }: Targets): void {
  const targets = [state, ...files].filter((file) => file !== undefined);
  const taken = new Map(
    inputs.map((path) => [resolve(path), 'the result would replace the input']),
  );
  for (const path of [...(folder ? [folder.path] : []), ...targets]) {
    const problem = taken.get(resolve(path));
    if (problem !== undefined)
      throw new GraftError('INVALID_ARGUMENT', `${path}: ${problem}; choose another name.`);
    taken.set(resolve(path), 'two results would go into one place');
  }
  if (folder) checkFolder(folder.path, folder.kind, resume || force);
  for (const path of targets) {
    if (existsSync(path) && !statSync(path).isFile()) throw refuse(path, 'it is not a file');
    requireWritable(path);
  }
  if (existsSync(state) && !resume && !force)
    throw new GraftError(
      'WRITE_FAILED',
      `${state}: it is the state of an earlier run; --resume goes on from it, --force begins again.`,
    );
}

function checkFolder(path: string, kind: FolderKind, replace: boolean | undefined): void {
  requireWritable(path);
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) throw refuse(path, 'it is a file');
  const names = readdirSync(path);
  if (names.length === 0) return;
  if (!names.includes(marks[kind]))
    throw refuse(path, `it holds files and is not ${kind}, which writing one here could replace`);
  if (replace) return;
  throw new GraftError(
    'WRITE_FAILED',
    `${path}: ${kind} is there; choose another folder, or --force to replace it.`,
  );
}

/** The path itself, and the folder that it is or will be in. */
function requireWritable(path: string): void {
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK);
    let home = dirname(resolve(path));
    while (!existsSync(home) && home !== dirname(home)) home = dirname(home);
    // A file in the place of a folder is an error of its own.
    accessSync(join(home, '.'), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

function refuse(path: string, why: string): GraftError {
  return new GraftError('WRITE_FAILED', `${path}: ${why}; choose another name.`);
}
