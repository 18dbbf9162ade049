import { imageOf } from '../../../../packages/imaging/dist/index.js';
import { gate } from '../gate.mjs';

/** @import { Planes } from '../classical/planes.mjs' */
/** @import { Restores } from '../subject.mjs' */

const levels = [32, 64, 128, 192, 230];
const sizes = [
  [256, 256],
  [203, 157],
];
const frame = 16;

/**
 * Constant grey as input, any label: the output's range in levels of 255, including borders.
 *
 * @param {Restores} subject
 */
export async function greyGates(subject) {
  const gates = [];
  for (const label of subject.labels) {
    let [worst, where, inside] = [0, '', 0];
    for (const level of levels)
      for (const [width, height] of sizes) {
        const grey = imageOf(width, height, new Float32Array(3 * width * height).fill(level / 255));
        const restored = await subject.restore(grey, { label });
        const range = rangeOf(restored, 0);
        inside = Math.max(inside, rangeOf(restored, frame));
        if (range > worst) [worst, where] = [range, `grey ${level} at ${width}x${height}`];
      }
    const note = `${where}; without ${frame} pixels of border ${inside}`;
    const row = { name: `constant grey, given ${label}`, label, unit: 'levels', digits: 0, note };
    gates.push(gate({ ...row, relation: 'at most', target: 2, value: worst }));
  }
  return gates;
}

/**
 * The largest range of a channel after rounding to 8 bits, without a border.
 *
 * @param {Planes} image
 * @param {number} border
 */
export function rangeOf({ width, height, data }, border) {
  let widest = 0;
  for (let plane = 0; plane < 3; plane++) {
    let [low, high] = [255, 0];
    for (let y = border; y < height - border; y++)
      for (let x = border; x < width - border; x++) {
        const level = Math.round(255 * data[(plane * height + y) * width + x]);
        low = Math.min(low, level);
        high = Math.max(high, level);
      }
    widest = Math.max(widest, high - low);
  }
  return widest;
}
