import { join } from 'node:path';
import { roundToEightBits } from '../../../../packages/imaging/dist/index.js';
import { readImage } from '../../../../packages/restore/dist/index.js';
import { crop } from '../crop.mjs';
import { gate, skipped } from '../gate.mjs';
import { listImages, testData } from '../sets.mjs';
import { visible } from './clean.mjs';

/** @import { ShownImage } from '../measure-set.mjs' */
/** @import { Subject } from '../subject.mjs' */

/** Folders of real degraded images without ground truth, by label. */
export const realFolders = {
  noise: 'real/noise',
  rain: 'real/rain',
  haze: 'real/haze',
  'low-light': 'real/lowlight',
};

/**
 * Real degraded images: in how many the sensor finds the right label, alone or among others.
 *
 * @param {Subject} subject
 * @param {number} limit
 * @param {{ sheets: boolean }} options
 * @returns gates, and by label what the contact sheets show
 */
export async function sensorGates(subject, limit, { sheets }) {
  const title = 'sensor: real images contain the right label';
  if (!subject.sensor) return { gates: [skipped(title, null, 'no sensor')], real: [] };
  /** @type {{ name: string, label: string, shown: ShownImage[] }[]} */
  const real = [];
  /** @type {string[]} */
  const parts = [];
  let [right, all] = [0, 0];
  for (const [label, folder] of Object.entries(realFolders)) {
    const at = subject.labels.indexOf(label);
    if (at < 0) continue;
    /** @type {ShownImage[]} */
    const shown = [];
    let hits = 0;
    let seen = 0;
    /** @type {string[]} */
    const unread = [];
    for (const file of listImages(folder).slice(0, limit)) {
      const input = await readImage(join(testData, folder, file)).catch((error) => {
        if (error.code !== 'CORRUPT_FILE') throw error;
        unread.push(file);
      });
      if (input === undefined) continue;
      seen++;
      const { restored, weights } = await subject.blind(input);
      if (weights[at] >= visible) hits++;
      if (!sheets || shown.length >= 6) continue;
      const given = await subject.restore(input, { label });
      const found = subject.labels.flatMap((each, index) =>
        weights[index] >= 0.05 ? [`${each} ${weights[index].toFixed(2)}`] : [],
      );
      shown.push({
        file,
        ways: {
          input: { image: crop(input, 256) },
          [`given ${label}`]: { image: crop(roundToEightBits(given), 256) },
          blind: { image: crop(roundToEightBits(restored), 256), found: found.join(', ') },
        },
      });
    }
    right += hits;
    all += seen;
    const left = unread.length === 0 ? '' : ` (not readable: ${unread.join(', ')})`;
    parts.push(`${label} ${hits} of ${seen}${left}`);
    real.push({ name: `real ${label}`, label, shown });
  }
  const row = { name: title, target: 75, value: (100 * right) / all, unit: '%', digits: 1 };
  const note = parts.join(', ');
  return { gates: [gate({ ...row, relation: 'at least', note })], real };
}
