import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Photo a photograph of photos.json
 * @property {string} file
 * @property {'low-light' | 'haze' | 'unclear'} [shows] what it shows as it is, judged by eye; without
 *   it, the photograph is clean. One that is neither clearly clean nor clearly degraded is `unclear`.
 */

/**
 * Copies photographs into a folder for each thing that they show: one that is dark itself would
 * teach that darkness is clean. Omits what is unclear.
 *
 * @param {readonly Photo[]} photos
 * @param {string} from
 * @param {string} into a folder of its own, which is replaced
 * @returns {{ clean: string, examples: string[] }} the folder of the clean ones, and arguments of
 *   `graft train sensor` for the others
 */
export function sortPhotos(photos, from, into) {
  rmSync(into, { recursive: true, force: true });
  const kinds = new Set(photos.map(({ shows = 'clean' }) => shows));
  kinds.delete('unclear');
  for (const kind of kinds) mkdirSync(join(into, kind), { recursive: true });
  for (const { file, shows = 'clean' } of photos)
    if (shows !== 'unclear') copyFileSync(join(from, file), join(into, shows, file));
  kinds.delete('clean');
  const examples = [...kinds].flatMap((kind) => ['--examples', `${kind}=${join(into, kind)}`]);
  return { clean: join(into, 'clean'), examples };
}
