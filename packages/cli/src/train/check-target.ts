import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { filePath } from '@pip-graft/graft/files';
import { checkOutputFile, checkOutputFolder, type FolderKind } from '../options/check-output.ts';

/** Paths that a run writes. */
export interface Targets {
  /** Output folder and its kind; undefined for a run that trains only a host. */
  readonly folder?: { readonly path: string; readonly kind: FolderKind } | undefined;
  /** Output files, including those beside the folder; undefined ones are ignored. */
  readonly files: readonly (string | undefined)[];
  /** The output files that are models: only a run that continues may replace them. */
  readonly models?: readonly (string | undefined)[];
  readonly state: string;
  /** Files that the run reads, which must not be overwritten. */
  readonly inputs: readonly string[];
  readonly resume: boolean | undefined;
  readonly force: boolean | undefined;
}

/**
 * Checks before the first step that a run can write its results after the last.
 *
 * Errors: `INVALID_ARGUMENT` for two targets with one path, and for a target over an input;
 * `WRITE_FAILED` for a path that must not be overwritten or cannot be written.
 */
export async function checkTarget({
  folder,
  files,
  models = [],
  state,
  inputs,
  resume,
  force,
}: Targets): Promise<void> {
  const written = models.filter((file) => file !== undefined);
  const targets = [state, ...written, ...files].filter((file) => file !== undefined);
  const taken = new Map(
    inputs.map((path) => [resolve(path), 'the result would replace the input']),
  );
  for (const path of [...(folder ? [folder.path] : []), ...targets]) {
    const problem = taken.get(resolve(path));
    if (problem !== undefined)
      throw new GraftError('INVALID_ARGUMENT', `${path}: ${problem}; choose another name.`);
    taken.set(resolve(path), 'two results would go to the same place');
  }
  // Without a state there is nothing to continue, and the run begins.
  const replace = force || (resume && existsSync(filePath(state)));
  if (folder) await checkOutputFolder(folder.path, folder.kind, replace);
  for (const path of targets) checkOutputFile(path);
  if (existsSync(filePath(state)) && !resume && !force)
    throw new GraftError(
      'WRITE_FAILED',
      `${state}: it is the state of an earlier run; --resume continues from it, --force starts again.`,
    );
  const other = replace ? undefined : written.find((path) => existsSync(filePath(path)));
  if (other !== undefined)
    throw new GraftError(
      'WRITE_FAILED',
      `${other}: a file that this run did not write is there; choose another name, or --force to replace it.`,
    );
}
