import { createHash } from 'node:crypto';

/** @import { Planes } from './classical/planes.mjs' */
/** @import { Image } from '../../../packages/imaging/dist/index.js' */

/**
 * The pixels of an image as 8-bit RGB, one pixel after the other.
 *
 * @param {Planes} image
 */
export function toBytes({ width, height, data }) {
  const size = width * height;
  const bytes = new Uint8Array(3 * size);
  for (let plane = 0; plane < 3; plane++)
    for (let at = 0; at < size; at++)
      bytes[3 * at + plane] = Math.round(Math.min(1, Math.max(0, data[plane * size + at])) * 255);
  return bytes;
}

/**
 * The image that 8-bit RGB holds.
 *
 * @param {Uint8Array} bytes
 * @param {number} width
 * @param {number} height
 * @returns {Image}
 */
export function fromBytes(bytes, width, height) {
  const size = width * height;
  const data = new Float32Array(3 * size);
  for (let plane = 0; plane < 3; plane++)
    for (let at = 0; at < size; at++) data[plane * size + at] = bytes[3 * at + plane] / 255;
  return { width, height, data, bitDepth: 8 };
}

/**
 * SHA-256 over size and 8-bit pixels of an image.
 *
 * @param {Planes} image
 */
export function digestOf(image) {
  const hash = createHash('sha256').update(`${image.width}x${image.height}\n`);
  return hash.update(toBytes(image)).digest('hex');
}
