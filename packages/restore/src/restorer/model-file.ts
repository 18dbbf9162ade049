import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { openModel } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath } from '@pip-graft/onnx-graft/node';
import { createSession, type SessionOptions } from '@pip-graft/runtime';
import type { Door } from '../door/door.ts';
import { type ModelParts, modelParts } from '../run/model-parts.ts';
import type { ModelSettings } from './loaded-model.ts';

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
  if (existsSync(filePath(path))) return path;
  const inPackage = fileOfPackage.test(model);
  if (!inPackage && (!packageName.test(model) || model.endsWith('.onnx'))) return path;
  const finders = [join(cwd, 'package.json'), import.meta.url].map((from) => createRequire(from));
  for (const { resolve: find } of finders) {
    try {
      return find(inPackage ? model : `${model}/model.onnx`);
    } catch {
      // Not installed there.
    }
  }
  if (inPackage) return path;
  const folder = finders
    .flatMap(({ resolve: find }) => find.paths(model) ?? [])
    .map((home) => join(home, model))
    .find((each) => existsSync(each));
  if (folder !== undefined) {
    throw new GraftError(
      'NOT_FOUND',
      existsSync(join(folder, 'adapter_config.json'))
        ? `${model}: an adapter, not a model; graft it onto its host: npx graft apply HOST --adapter ${model} -o grafted.onnx.`
        : `${model}: the package is installed, but has no model.onnx; pass the path of a model.`,
    );
  }
  throw new GraftError(
    'NOT_FOUND',
    `${model}: no file of that name, and no installed package with a model.onnx; check the path, or run npm install ${model}.`,
  );
}

/**
 * Prepares the parts of a model file, which is read again when the first of them is needed: for an
 * image of several tiles, or to detect. undefined without a graft.
 *
 * @param door as it was opened
 *
 * @example
 * const settings = settingsOf(model);
 * const { session, door } = await behindDoor(await createSession(path), settings);
 * const parts = partsOfFile(path, settings, door, { threads: 1 });
 * await restoreTiled(session, image, { ...settings.restore, tile: 512, parts });
 */
export function partsOfFile(
  path: string,
  { graft, steering }: Pick<ModelSettings, 'graft' | 'steering'>,
  door: Door,
  options: SessionOptions,
): ModelParts | undefined {
  return modelParts({
    graft,
    steering,
    door,
    async withModel(use) {
      using opened = openModel(path);
      return await use(opened.model);
    },
    load: (part) => createSession(part, { ...options, label: path }),
  });
}
