import { statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import * as argument from '../argument.ts';
import { inlineExternal, relocateExternal } from '../edit/external-data.ts';
import { GraftError } from '../error.ts';
import type { Model } from '../model/model.ts';
import { dataFile, externalLocations } from '../model/tensors.ts';
import { checkExternalFile } from './check-external-file.ts';
import { filePath, followLink } from './file-path.ts';

/** What saving a model does with its external data. */
export const externalModes = ['reference', 'link', 'copy', 'inline'] as const;
export type ExternalMode = (typeof externalModes)[number];

/** A model as it will be at a target, and the data files to put there with it. */
export interface Rehomed {
  readonly model: Model;
  /** Target of each file, by its present path. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * A model as it will be at a path: with its external data inlined, relocated, or unchanged. Changes
 * of its bytes come before grafting, so that removing the graft restores these bytes.
 *
 * Errors: `UNSAFE_FILE`; `NOT_FOUND` for missing data; `INVALID_ARGUMENT` for data that cannot be
 * referenced from there, or that is at the target itself; `LIMIT_EXCEEDED` over protobuf's 2 GiB.
 */
export function rehomeExternal(model: Model, path: string, mode: ExternalMode): Rehomed {
  argument.requireChoice(mode, { place: 'external data', choices: externalModes });
  const files = new Map<string, string>();
  const locations = externalLocations(model);
  const [first] = locations;
  if (first === undefined) return { model, files };
  if (!model.external) dataFile(model, first);
  const { folder } = model.external!;
  const target = followLink(path);
  const here = dirname(resolve(target));
  const now = new Map(
    [...locations].map((location) => [location, checkExternalFile(target, folder, location)]),
  );
  refuseDataAsTarget(resolve(target), now, mode);
  if (mode === 'inline') return { model: inlineExternal(model), files };
  if (here === resolve(folder)) return { model, files };
  if (mode === 'reference') {
    const locate = (location: string) => referenceTo(now.get(location)!, here);
    return { model: relocateExternal(model, here, locate), files };
  }
  for (const [location, file] of now) files.set(file, join(here, location));
  return { model, files };
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

/** Whether two paths lead to one file: by another name, through a link, in different case. */
function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) =>
    statSync(filePath(path), { bigint: true, throwIfNoEntry: false }),
  );
  return left !== undefined && left.dev === right?.dev && left.ino === right.ino;
}

function referenceTo(file: string, folder: string): string {
  const path = relative(folder, file);
  if (path.startsWith('..')) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${file}: it cannot be referenced from ${folder}, because runtimes reject external data above the model's folder; save beside it, or choose link, copy or inline.`,
    );
  }
  return path.split(sep).join('/');
}
