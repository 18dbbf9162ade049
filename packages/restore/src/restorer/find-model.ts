import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';

/** A package's name, with its scope. */
const packageName = /^(@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;
/** A model in a package with a scope, as a bundler imports it; without a scope it is a path. */
const fileOfPackage = /^@[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*\/.+\.onnx$/i;

/**
 * Returns the path of a model: the path itself, `model.onnx` of an installed npm package, or the file
 * of such a package that is named after it: `@me/restorer/small.onnx`.
 * Prefers a file to a package of the same name. Runs no code of the package.
 *
 * Errors: `NOT_FOUND`.
 */
export function findModel(model: string, cwd: string): string {
  const path = resolve(cwd, model);
  if (existsSync(path)) return path;
  const inPackage = fileOfPackage.test(model);
  if (!inPackage && (!packageName.test(model) || model.endsWith('.onnx'))) return path;
  for (const from of [join(cwd, 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(inPackage ? model : `${model}/model.onnx`);
    } catch {
      // Not installed there.
    }
  }
  if (inPackage) return path;
  throw new GraftError(
    'NOT_FOUND',
    `${model}: no file of that name, and no installed package with a model.onnx; check the path, or run npm install ${model}.`,
  );
}
