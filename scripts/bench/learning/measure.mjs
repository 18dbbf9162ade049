import { psnr } from '../../../packages/imaging/dist/index.js';
import { labels, pictures } from './pictures.mjs';

/** @import { Picture } from './pictures.mjs' */

/**
 * Mean PSNR in dB of the restored images, by set and label.
 *
 * @param {(picture: Picture, row: number[] | undefined) => Promise<Float32Array>} restore planes, limited to 0 … 1
 * @param {Record<string, ((picture: Picture) => number[] | Promise<number[]>) | null>} ways by
 *   name, how an image is steered; null for a model that takes no label
 * @param {string} folder
 * @returns by way, by set, one number per label
 */
export async function measure(restore, ways, folder) {
  const sums = new Map();
  for await (const picture of pictures(folder)) {
    const { set, label, target } = picture;
    for (const [way, steer] of Object.entries(ways)) {
      const data = await restore(picture, steer ? await steer(picture) : undefined);
      const key = `${way}/${set}/${label}`;
      const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 };
      const quality = psnr({ ...target, data }, target);
      sums.set(key, { sum: sum + quality, count: count + 1 });
    }
  }
  const mean = (key) => sums.get(key).sum / sums.get(key).count;
  const bySet = (way) =>
    Object.fromEntries(
      ['public', 'made'].map((set) => [
        set,
        labels.map((_, label) => mean(`${way}/${set}/${label}`)),
      ]),
    );
  return Object.fromEntries(Object.keys(ways).map((way) => [way, bySet(way)]));
}
