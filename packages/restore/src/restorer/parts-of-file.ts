import { openModel } from '@pip-graft/graft/node';
import { createSession, type SessionOptions } from '@pip-graft/runtime';
import type { Door } from '../door/door.ts';
import { type ModelParts, modelParts } from '../run/model-parts.ts';
import type { ModelSettings } from '../steer/settings-of.ts';

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
