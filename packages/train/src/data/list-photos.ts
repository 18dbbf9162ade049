import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, listNames, realPath } from '@pip-graft/onnx-graft/node';
import { imageExtensions } from '@pip-graft/restore';

/** Extensions of photos that are trained on, with the dot. */
export const photoExtensions: readonly string[] = [
  ...imageExtensions,
  // Is read but not written.
  '.avif',
];

/**
 * The photos in a folder and in the folders below it, by their extensions.
 *
 * Paths begin with `folder`; their order depends on the names alone. Names that begin with a dot
 * are passed over, and so is a link to a folder that was visited. No photo is opened.
 *
 * Errors: `NOT_FOUND` for no folder, `READ_FAILED`; `INVALID_ARGUMENT` for a file, and for a folder
 * without photos.
 *
 * @example const photos = await listPhotos('photos'); // ['photos/a.png', 'photos/trip/b.jpg']
 */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = await photoNames(folder);
  return names.map((name) => join(folder, ...name.split('/')));
}

/** The same below the folder, with `/` between the names on every system. */
export async function photoNames(folder: string): Promise<string[]> {
  const entry = await stat(folder).catch((error: unknown) => {
    throw ioError('read', folder, error);
  });
  if (!entry.isDirectory()) {
    throw new GraftError('INVALID_ARGUMENT', `${folder}: it is a file; give a folder of photos.`);
  }
  const names: string[] = [];
  await visit(folder, '', names, new Set());
  if (names.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${folder}: there are no photos in it or below; expected files with ${photoExtensions.join(', ')}.`,
    );
  }
  // By code units: a locale's order would differ between machines.
  return names.sort();
}

async function visit(
  path: string,
  name: string,
  names: string[],
  seen: Set<string>,
): Promise<void> {
  const failed = (at: string) => (error: unknown) => {
    throw ioError('read', at, error);
  };
  const real = attempt(path, () => realPath(path));
  if (seen.has(real)) return;
  seen.add(real);
  // Sorted, so that of two links to one folder it is always the same that is followed.
  for (const child of attempt(path, () => listNames(path)).sort()) {
    if (child.startsWith('.')) continue;
    const below = join(path, child);
    const longer = name === '' ? child : `${name}/${child}`;
    const entry = await stat(filePath(below)).catch(failed(below));
    if (entry.isDirectory()) await visit(below, longer, names, seen);
    else if (photoExtensions.includes(extname(child).toLowerCase())) names.push(longer);
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/** A degraded picture's file and that of the same picture clean. */
export interface PhotoPair {
  readonly input: string;
  readonly target: string;
}

/**
 * The pairs in a folder that holds `input/` (degraded) and `target/` (clean).
 *
 * Pictures whose paths below the two are equal but for the extension are a pair. In the order of
 * these paths. No picture is opened.
 *
 * Errors: `NOT_FOUND` when a folder is not there, `READ_FAILED`; `INVALID_ARGUMENT` for a folder
 * without pictures, a picture without its other half, and two pictures of one name.
 *
 * @example const [pair] = await listPairs('rain'); // rain/input/1.jpg, rain/target/1.png
 */
export async function listPairs(folder: string): Promise<PhotoPair[]> {
  const inputs = await half(folder, 'input');
  const targets = await half(folder, 'target');
  for (const stem of targets.keys())
    if (!inputs.has(stem)) throw alone(targets.get(stem)!, 'input');
  return [...inputs].map(([stem, input]) => {
    const target = targets.get(stem);
    if (target === undefined) throw alone(input, 'target');
    return { input, target };
  });
}

/** Paths by their names without extensions. */
async function half(folder: string, name: 'input' | 'target'): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const photo of await photoNames(join(folder, name))) {
    const stem = photo.slice(0, -extname(photo).length);
    const path = join(folder, name, ...photo.split('/'));
    const other = files.get(stem);
    if (other !== undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${path}: ${other} has the same name but for the extension; leave one of them.`,
      );
    }
    files.set(stem, path);
  }
  return files;
}

function alone(path: string, other: 'input' | 'target'): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `${path}: no picture of this name is in ${other}/; add it, or take this one away.`,
  );
}
