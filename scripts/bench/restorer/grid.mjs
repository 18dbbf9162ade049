// How much of the fine detail in flat regions is a grid of 2 or 4 pixels, left by pixel shuffles.
import { gaussianBlur } from './classical/filters.mjs';
import { greyOf, planesOf } from './classical/planes.mjs';
import { cut } from './crop.mjs';

/** @import { Planes } from './classical/planes.mjs' */

const side = 128;
const step = 32;
const period = 4;
/** Skipped pixels at the border, where the Gaussian sees it; a multiple of the period. */
const margin = 8;
/** Power below which there is no detail, only rounding: a hundredth of a level of 255. */
const nothing = (0.01 / 255) ** 2;

/**
 * The share of high-pass power that repeats every 4 pixels, minus the share in white noise.
 *
 * High-pass is the image minus a Gaussian of 2 pixels, without 8 pixels of border. Its mean over
 * all cells of 4x4 pixels is the repeating pattern. By Parseval, the pattern's power is that of the
 * frequencies k/4, l/4 of both axes without (0, 0), which are the periods of 2 and 4. White noise
 * has 15 of all frequencies there.
 *
 * @param {Planes} image
 * @returns share from 0 to 1; both sides are multiples of 4
 */
export function gridShare(image) {
  const { width, height } = image;
  const [wide, high] = [width - 2 * margin, height - 2 * margin];
  const count = wide * high;
  let [inGrid, inAll] = [0, 0];
  for (const plane of planesOf(image)) {
    const blurred = gaussianBlur(plane, width, height, 2);
    const fine = Float64Array.from({ length: count }, (_, index) => {
      const at = (Math.floor(index / wide) + margin) * width + (index % wide) + margin;
      return plane[at] - blurred[at];
    });
    const mean = fine.reduce((sum, value) => sum + value, 0) / count;
    const cell = new Float64Array(period * period);
    for (const [index, value] of fine.entries()) {
      const [y, x] = [Math.floor(index / wide) % period, (index % wide) % period];
      cell[y * period + x] += value - mean;
      inAll += (value - mean) ** 2;
    }
    inGrid += cell.reduce((sum, value) => sum + value ** 2, 0) / (count / cell.length);
  }
  if (inAll / (3 * count) < nothing) return 0;
  const byChance = (period * period - 1) / (count - 1);
  return Math.max(0, inGrid / inAll - byChance);
}

/**
 * The flattest 128x128 pixels of a target, {left, top, gradient}: mean absolute gradient in levels of 255.
 *
 * @param {Planes} target
 */
export function flattest(target) {
  const { width, height } = target;
  const grey = greyOf(target);
  let best = { left: 0, top: 0, gradient: Number.POSITIVE_INFINITY };
  for (let top = 0; top + side <= height; top += step)
    for (let left = 0; left + side <= width; left += step) {
      let sum = 0;
      for (let y = top; y < top + side - 1; y += 2)
        for (let x = left; x < left + side - 1; x += 2) {
          const at = y * width + x;
          sum += Math.abs(grey[at + 1] - grey[at]) + Math.abs(grey[at + width] - grey[at]);
        }
      const gradient = (255 * sum) / (2 * (side / 2) ** 2);
      if (gradient < best.gradient) best = { left, top, gradient };
    }
  return best;
}

/**
 * {gradient, restored, target}: shares of the grid in the flattest region of an image and its target.
 *
 * @param {Planes} restored
 * @param {Planes} target
 */
export function flatGrid(restored, target) {
  const { left, top, gradient } = flattest(target);
  if (!Number.isFinite(gradient)) return { gradient, restored: 0, target: 0 };
  const share = (image) => gridShare(cut(image, left, top, side, side));
  return { gradient, restored: share(restored), target: share(target) };
}
