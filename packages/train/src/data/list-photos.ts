import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, listNames, realPath } from '@pip-graft/onnx-graft/node';
import { imageExtensions } from '@pip-graft/restore';

/**
 * Lists the photos in a folder and its subfolders, by extension.
 *
 * Paths begin with `folder`; their order depends only on the names. Skips names that begin with a
 * dot, and links to a visited folder. Opens no photo.
 *
 * Errors: `NOT_FOUND` without the folder, `READ_FAILED`; `INVALID_ARGUMENT` for a file, and for a
 * folder without photos.
 *
 * @example const photos = await listPhotos('photos'); // ['photos/a.png', 'photos/trip/b.jpg']
 */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = await photoNames(folder);
  return names.map((name) => join(folder, ...name.split('/')));
}

/** {@link listPhotos} with paths relative to the folder, and `/` between names on every system. */
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
      `${folder}: there are no photos in it or below; expected files with ${imageExtensions.join(', ')}.`,
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
  // Sorted, so that of two links to one folder always the same one is followed.
  for (const child of attempt(path, () => listNames(path)).sort()) {
    if (child.startsWith('.')) continue;
    const below = join(path, child);
    const longer = name === '' ? child : `${name}/${child}`;
    const entry = await stat(filePath(below)).catch(failed(below));
    if (entry.isDirectory()) await visit(below, longer, names, seen);
    else if (imageExtensions.includes(extname(child).toLowerCase())) names.push(longer);
  }
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/** Files of a degraded image and of its clean original. */
export interface PhotoPair {
  readonly input: string;
  readonly target: string;
}

/**
 * Lists the pairs in a folder that contains `input/` (degraded) and `target/` (clean).
 *
 * Images whose paths below these two differ at most in the extension are a pair. Ordered by these
 * paths. Opens no image.
 *
 * Errors: `NOT_FOUND` if a folder is missing, `READ_FAILED`; `INVALID_ARGUMENT` for a folder
 * without images, an image without its counterpart, and two images of one name.
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
    `${path}: no image of this name is in ${other}/; add it, or take this one away.`,
  );
}
