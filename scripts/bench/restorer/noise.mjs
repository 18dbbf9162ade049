import { Random } from '../../../packages/weights/dist/index.js';

/** @import { Planes } from './classical/planes.mjs' */
/** @import { Image } from '../../../packages/imaging/dist/index.js' */

/**
 * An image with Gaussian noise of deviation `sigma` on the scale 0 to 255, clipped and rounded to
 * 8 bits: the usual denoising benchmark. The same for the same name and sigma, on every machine.
 *
 * @param {Planes} image
 * @param {string} name
 * @param {number} sigma
 * @returns {Image}
 */
export function noisy(image, name, sigma) {
  const random = new Random(`restorer/${name}`).fork(`noise ${sigma}`);
  const data = image.data.map((value) => {
    const level = Math.round((value + random.normal(0, sigma / 255)) * 255);
    return Math.min(255, Math.max(0, level)) / 255;
  });
  return { ...image, data, bitDepth: 8 };
}
