import { join } from 'node:path';
import { readImage } from '../../../../packages/restore/dist/index.js';
import { gate } from '../gate.mjs';
import { testData } from '../sets.mjs';

/** @import { Planes } from '../classical/planes.mjs' */
/** @import { Subject } from '../subject.mjs' */

/**
 * One real image of each label.
 *
 * @type {Record<string, string>}
 */
const sources = {
  noise: 'real/noise/Frog.png',
  rain: 'real/rain/1.jpg',
  haze: 'real/haze/canyon.png',
  blur: 'real/naf-demo/blurry.jpg',
  'low-light': 'real/lowlight/2.png',
};
const steps = [0, 0.25, 0.5, 0.75, 1];

/**
 * From weight 0 to 1, the distance to the host's output must grow at every step: smallest growth by
 * label.
 *
 * @param {Subject} subject
 */
export async function steeringGates(subject) {
  const gates = [];
  for (const label of subject.labels.filter((each) => sources[each])) {
    const image = await readImage(join(testData, sources[label]));
    const host = await subject.restore(image, { label, strength: 0 });
    /** @type {number[]} */
    const distances = [];
    /** @type {string | undefined} */
    let refused;
    for (const weight of steps) {
      const restored = await subject.restore(image, { label, weight }).catch((error) => {
        refused = `weight ${weight} is refused: ${error.message}`;
      });
      distances.push(restored === undefined ? Number.NaN : distance(restored, host));
    }
    const value = Math.min(
      ...distances.slice(1).map((each, at) => each - (distances[at] ?? Number.NaN)),
    );
    const at = `at weights 0, ¼, ½, ¾, 1: ${distances.map((each) => each.toFixed(2)).join(', ')}`;
    const row = { name: `steering, ${label}`, label, target: 0, value, unit: 'levels' };
    gates.push(gate({ ...row, relation: 'above', note: refused ?? at }));
  }
  return gates;
}

/**
 * Root mean square in levels of 255.
 *
 * @param {Planes} a
 * @param {Planes} b
 */
export function distance(a, b) {
  const sum = a.data.reduce((total, value, at) => total + (value - b.data[at]) ** 2, 0);
  return 255 * Math.sqrt(sum / a.data.length);
}
