import { extname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { photoNames } from './list-photos.ts';

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
