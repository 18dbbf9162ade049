/** @import { Planes } from './classical/planes.mjs' */
/** @import { Image } from '../../../packages/imaging/dist/index.js' */

/**
 * The middle of an image, at most `side` pixels wide and high.
 *
 * @param {Planes} image
 * @param {number} side
 */
export function crop({ width, height, data }, side) {
  const [wide, high] = [Math.min(side, width), Math.min(side, height)];
  return cut({ width, height, data }, (width - wide) >> 1, (height - high) >> 1, wide, high);
}

/**
 * A part of an image.
 *
 * @param {Planes} image
 * @param {number} left
 * @param {number} top
 * @param {number} wide
 * @param {number} high
 * @returns {Image}
 */
export function cut({ width, height, data }, left, top, wide, high) {
  const out = new Float32Array(3 * wide * high);
  for (let row = 0; row < 3 * high; row++) {
    const [plane, y] = [Math.floor(row / high), row % high];
    const from = (plane * height + top + y) * width + left;
    out.set(data.subarray(from, from + wide), row * wide);
  }
  return { width: wide, height: high, data: out, bitDepth: 8 };
}
