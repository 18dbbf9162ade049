import { statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { inlineExternal } from '../edit/inline-external.ts';
import { relocateExternal } from '../edit/relocate-external.ts';
import { GraftError } from '../error.ts';
import type { Model } from '../model/model.ts';
import type { ExternalReader } from '../model/read-tensor.ts';
import { checkExternalFile } from './check-external-file.ts';
import { followLink } from './follow-link.ts';

/** What happens to external data when a model is saved. */
export const externalModes = ['reference', 'link', 'copy', 'inline'] as const;
export type ExternalMode = (typeof externalModes)[number];

/** A model's external data: where it is and which files. */
export interface ExternalData {
  readonly folder: string;
  readonly external: ExternalReader;
  readonly locations: ReadonlySet<string>;
}

/** A model as it will stand at a target, and the data files that have to go there with it. */
export interface Rehomed {
  readonly model: Model;
  /** Reads the data by the locations that this model has, before it is saved. */
  readonly external: ExternalReader;
  /** Where each file goes, by where it is now. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A model as it will be at a path: with its external data inside, with other locations, or as
 * it is. What changes its bytes is done before grafting, so that removal gives these bytes back.
 *
 * Errors: `UNSAFE_FILE`, `NOT_FOUND`; `INVALID_ARGUMENT` for data that cannot be referenced from
 * there, or that stands at the target itself; `LIMIT_EXCEEDED` past protobuf's 2 GiB.
 */
export function rehomeExternal(
  model: Model,
  { folder, external, locations }: ExternalData,
  path: string,
  mode: ExternalMode,
): Rehomed {
  const target = followLink(path);
  const here = dirname(resolve(target));
  const now = new Map(
    [...locations].map((location) => [location, checkExternalFile(target, folder, location)]),
  );
  refuseDataAsTarget(resolve(target), now, mode);
  const files = new Map<string, string>();
  if (mode === 'inline') return { model: inlineExternal(model, external), external, files };
  if (here === resolve(folder)) return { model, external, files };
  if (mode === 'reference') {
    const before = new Map(
      [...now].map(([location, file]) => [referenceTo(file, here), location] as const),
    );
    return {
      model: relocateExternal(model, (location) => referenceTo(now.get(location)!, here)),
      external: (location) => external(before.get(location) ?? location),
      files,
    };
  }
  for (const [location, file] of now) files.set(file, join(here, location));
  return { model, external, files };
}

/** Saving a model over its own weights would destroy the only copy of them. */
function refuseDataAsTarget(
  target: string,
  files: ReadonlyMap<string, string>,
  mode: ExternalMode,
): void {
  for (const [location, file] of files) {
    if (
      isSameFile(file, target) ||
      (mode !== 'inline' && join(dirname(target), location) === target)
    ) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${target}: this is where the model's external data '${location}' is or would go; give the model another name.`,
      );
    }
  }
}

/** Whether two paths lead to one file: by another name, through a link, in letters of another case. */
function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) =>
    statSync(path, { bigint: true, throwIfNoEntry: false }),
  );
  return left !== undefined && left.dev === right?.dev && left.ino === right.ino;
}

function referenceTo(file: string, folder: string): string {
  const path = relative(folder, file);
  if (path.startsWith('..')) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${file}: it cannot be referenced from ${folder}, because runtimes refuse external data above the model's folder; save beside it, or choose link, copy or inline.`,
    );
  }
  return path.split(sep).join('/');
}
