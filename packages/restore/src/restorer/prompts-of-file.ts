import { openModel } from '@pip-graft/graft/node';
import { createSession, type SessionOptions } from '@pip-graft/runtime';
import type { Door } from '../door/door.ts';
import { type WholePrompts, wholePrompts } from '../run/whole-prompts.ts';
import type { ModelSettings } from '../steer/settings-of.ts';

/**
 * Prepares a model file for tiles that share the prompts of the whole image; the file is read again
 * when the first image of several tiles comes. undefined without a graft.
 *
 * @param door as it was opened
 *
 * @example
 * const settings = settingsOf(model);
 * const { session, door } = await behindDoor(await createSession(path), settings);
 * const prompts = promptsOfFile(path, settings, door, { threads: 1 });
 * await restoreTiled(session, image, { ...settings.restore, tile: 512, prompts });
 */
export function promptsOfFile(
  path: string,
  { graft, steering }: Pick<ModelSettings, 'graft' | 'steering'>,
  door: Door,
  options: SessionOptions,
): WholePrompts | undefined {
  return wholePrompts({
    graft,
    steering,
    door,
    async withModel(use) {
      using opened = openModel(path);
      return await use(opened.model);
    },
    load: (half) => createSession(half, { ...options, label: path }),
  });
}
