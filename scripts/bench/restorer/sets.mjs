import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readImage } from '../../../packages/restore/dist/index.js';
import { root } from '../../install.mjs';
import { noisy } from './noise.mjs';

/**
 * @typedef {object} PublicSet
 * @property {string} name
 * @property {string} label
 * @property {string} folder
 * @property {number} [sigma] of the noise that is put on; left out for pairs
 * @property {number} [psnr] in dB, what has to be reached
 * @property {number} [ssim]
 * @property {number} [gain] in dB, above the input
 */

/** Where the public test sets are; they are not part of the repository. */
export const testData = join(root, '../shared/data/test');

const sigmas = [15, 25, 50];
const clean = { CBSD68: 'clean/cbsd68', Kodak24: 'clean/kodak24' };

/** Clean images with added noise, smallest sigma first. */
export const noiseSets = Object.entries(clean).flatMap(([title, folder]) =>
  sigmas.map((sigma) => ({ name: `${title} σ ${sigma}`, label: 'noise', folder, sigma })),
);

/**
 * Pairs in input/ and target/, with the targets that a restorer must reach on them.
 *
 * @type {PublicSet[]}
 */
export const pairSets = [
  { name: 'Rain100L', label: 'rain', folder: 'derain/rain100l', psnr: 30, ssim: 0.9 },
  { name: 'Rain100H', label: 'rain', folder: 'derain/rain100h', psnr: 19, ssim: 0.6 },
  { name: 'SOTS outdoor', label: 'haze', folder: 'dehaze/sots-outdoor10', psnr: 24, ssim: 0.9 },
  { name: 'SOTS indoor', label: 'haze', folder: 'dehaze/sots-indoor10', psnr: 20, ssim: 0.85 },
  { name: 'GoPro', label: 'blur', folder: 'deblur/gopro6', gain: 0.7 },
  { name: 'LOL eval15', label: 'low-light', folder: 'lowlight/lol-eval15', psnr: 19, ssim: 0.7 },
];

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/** The images of a folder, in numeric order of names: 2.png before 10.png. */
export function listImages(folder) {
  const path = join(testData, folder);
  if (!existsSync(path)) throw new Error(`${path}: the test set is missing`);
  return readdirSync(path)
    .filter((name) => extensions.has(extname(name).toLowerCase()))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/**
 * The first `limit` images of a set: {name, input, target}.
 *
 * @param {Pick<PublicSet, 'folder' | 'sigma'>} set
 */
export async function* images({ folder, sigma }, limit = Number.POSITIVE_INFINITY) {
  const targets = sigma === undefined ? join(folder, 'target') : folder;
  for (const name of listImages(targets).slice(0, limit)) {
    const target = await readImage(join(testData, targets, name));
    const input =
      sigma === undefined
        ? await readImage(join(testData, folder, 'input', name))
        : noisy(target, name, sigma);
    yield { name, input, target };
  }
}
