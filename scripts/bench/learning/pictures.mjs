// The test images: real public pairs, and photos degraded in the same way as the training photos.
import { join } from 'node:path';
import { degrade, roundToEightBits } from '../../../packages/imaging/dist/index.js';
import { readImage } from '../../../packages/restore/dist/index.js';
import { makeBatch } from '../../../packages/train/dist/data/make-batch.js';
import { listPhotos, PhotoCache } from '../../../packages/train/dist/data/photos.js';
import { findTasks } from '../../../packages/validate/dist/index.js';

/** @import { Degradation, Image } from '../../../packages/imaging/dist/index.js' */
/** @typedef {{ set: 'public' | 'made', label: number, input: Image, target: Image }} Picture */

/**
 * In the order of the adapter's labels.
 *
 * @type {Degradation[]}
 */
export const labels = ['noise', 'rain', 'haze', 'blur', 'low-light'];

/**
 * Public test sets of each label, below the folder that holds them all.
 *
 * @type {Record<string, { folder: string, noise?: number, limit?: number }>}
 */
const publicSets = {
  noise: { folder: 'clean/kodak24', noise: 25, limit: 12 },
  rain: { folder: 'derain/rain100l', limit: 12 },
  haze: { folder: 'dehaze/sots-outdoor10' },
  blur: { folder: 'deblur/gopro6' },
  'low-light': { folder: 'lowlight/lol-eval15' },
};
const made = { folder: 'clean/kodak24', each: 12, seed: 'held out' };
/** Side of the centre crop; whole images would take most of the time. */
const side = 256;

/**
 * The test images, one after another as they are read; planes of 0 to 1.
 *
 * @param {string} folder
 * @returns {AsyncGenerator<Picture>}
 */
export async function* pictures(folder) {
  for (const [at, label] of labels.entries()) {
    const { noise, folder: name, limit = Number.POSITIVE_INFINITY } = publicSets[label];
    const how =
      noise === undefined
        ? {}
        : { degrade: [{ degradation: /** @type {const} */ ('noise'), amount: noise }] };
    const { tasks } = await findTasks(join(folder, name), { ...how, limit });
    for (const { pairs } of tasks)
      for (const pair of pairs) {
        const target = await readImage(pair.target);
        const input = pair.input
          ? await readImage(pair.input)
          : roundToEightBits(degrade(target, 'noise', `0/${pair.name}`, noise));
        yield { set: 'public', label: at, input: middle(input), target: middle(target) };
      }
  }
  const { each, seed } = made;
  const photos = await listPhotos(join(folder, made.folder));
  const cache = new PhotoCache(2 ** 29);
  for (let step = 0; step < each; step++) {
    const options = { photos, patch: side, batch: labels.length, labels, seed };
    const { inputs, targets, weights } = await makeBatch(options, step, cache);
    const count = 3 * side * side;
    for (let index = 0; index < labels.length; index++) {
      /** @returns {Image} */
      const image = (data) => ({
        width: side,
        height: side,
        bitDepth: 8,
        data: data.subarray(index * count, (index + 1) * count),
      });
      const row = weights.subarray(index * labels.length, (index + 1) * labels.length);
      yield { set: 'made', label: row.indexOf(1), input: image(inputs), target: image(targets) };
    }
  }
}

/**
 * Planes of the middle of an image.
 *
 * @param {Image} image
 * @returns {Image}
 */
function middle({ width, height, data, bitDepth }) {
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const cut = new Float32Array(3 * side * side);
  for (let row = 0; row < 3 * side; row++) {
    const [plane, y] = [Math.floor(row / side), row % side];
    const from = (plane * height + top + y) * width + left;
    cut.set(data.subarray(from, from + side), row * side);
  }
  return { width: side, height: side, bitDepth, data: cut };
}
