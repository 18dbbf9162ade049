import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath } from '@pip-graft/onnx-graft/node';

/** A package's name, with its scope. */
const packageName = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;

/**
 * Returns the path of a model: the path itself, or `model.onnx` of an installed npm package.
 * Prefers a file to a package of the same name. Runs no code of the package.
 *
 * Errors: `NOT_FOUND`.
 */
export function findModel(model: string, cwd: string): string {
  const path = resolve(cwd, model);
  if (existsSync(filePath(path)) || !packageName.test(model) || model.endsWith('.onnx'))
    return path;
  for (const from of [join(cwd, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(`${model}/model.onnx`);
    } catch {
      // Not installed there.
    }
  }
  throw new GraftError(
    'NOT_FOUND',
    `${model}: no file of that name, and no installed package with a model.onnx; check the path, or run npm install ${model}.`,
  );
}
