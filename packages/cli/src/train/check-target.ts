import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { checkOutputFile, checkOutputFolder, type FolderKind } from '../options/check-output.ts';

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
export async function checkTarget({
  folder,
  files,
  state,
  inputs,
  resume,
  force,
}: Targets): Promise<void> {
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
  if (folder) await checkOutputFolder(folder.path, folder.kind, resume || force);
  for (const path of targets) checkOutputFile(path);
  if (existsSync(state) && !resume && !force)
    throw new GraftError(
      'WRITE_FAILED',
      `${state}: it is the state of an earlier run; --resume goes on from it, --force begins again.`,
    );
}
