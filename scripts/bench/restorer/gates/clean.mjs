import { join } from 'node:path';
import { psnr, roundToEightBits } from '../../../../packages/imaging/dist/index.js';
import { readImage } from '../../../../packages/restore/dist/index.js';
import { gate, skipped } from '../gate.mjs';
import { listImages, testData } from '../sets.mjs';

/** @import { Subject } from '../subject.mjs' */

/** How many images per folder are restored with every label; without weights, all are. */
const each = { 'clean/kodak24': 12, 'clean/mcmaster': 6 };
const folders = ['clean/kodak24', 'clean/mcmaster', 'clean/cbsd68'];
/** The cap on PSNR: equal images would make the mean infinite. */
const most = 60;
/** The smallest weight that is visible in the result. */
export const visible = 0.25;

/**
 * Clean images, each label in turn at weight 1: mean PSNR by label.
 *
 * @param {Subject} subject
 * @param {number} limit
 */
export async function cleanGates(subject, limit) {
  const sums = subject.labels.map(() => ({ sum: 0, worst: most }));
  let count = 0;
  for (const [folder, share] of Object.entries(each))
    for await (const image of cleanImages(folder, Math.min(share, limit))) {
      count++;
      for (const [at, label] of subject.labels.entries()) {
        const value = closeness(await subject.restore(image, { label }), image);
        sums[at].sum += value;
        sums[at].worst = Math.min(sums[at].worst, value);
      }
    }
  return subject.labels.map((label, at) => {
    const { sum, worst } = sums[at];
    const note = `${count} images, worst ${worst.toFixed(1)} dB`;
    const row = { name: `clean images, given ${label}`, label, target: 30, unit: 'dB', note };
    return gate({ ...row, relation: 'at least', value: sum / count });
  });
}

/**
 * Clean images without weights: how they come out, and how many the sensor calls degraded.
 *
 * @param {Subject} subject
 * @param {number} limit
 */
export async function blindGates(subject, limit) {
  const names = ['clean images, blind: mean', 'clean images, blind: worst'];
  const last = 'sensor: clean called degraded';
  if (!subject.sensor) return [...names, last].map((name) => skipped(name, null, 'no sensor'));
  /** @type {number[]} */
  const values = [];
  /** @type {Record<string, number>} */
  const mistaken = {};
  for (const folder of folders)
    for await (const image of cleanImages(folder, limit)) {
      const { restored, weights } = await subject.blind(image);
      values.push(closeness(restored, image));
      const at = weights.indexOf(Math.max(...weights));
      if (!(weights[at] >= visible)) continue;
      const label = subject.labels[at];
      mistaken[label] = (mistaken[label] ?? 0) + 1;
    }
  const wrong = Object.values(mistaken).reduce((sum, count) => sum + count, 0);
  const note = `${values.length} images`;
  const kinds = Object.entries(mistaken).map(([label, count]) => `${label} ${count}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const row = { relation: /** @type {const} */ ('at least'), unit: 'dB', note };
  return [
    gate({ ...row, name: names[0], target: 38, value: mean }),
    gate({ ...row, name: names[1], target: 32, value: Math.min(...values) }),
    gate({
      name: last,
      relation: 'at most',
      target: 5,
      value: (100 * wrong) / values.length,
      unit: '%',
      digits: 1,
      note: [note, ...kinds].join(', '),
    }),
  ];
}

export async function* cleanImages(folder, limit) {
  for (const name of listImages(folder).slice(0, limit))
    yield await readImage(join(testData, folder, name));
}

function closeness(restored, image) {
  return Math.min(most, psnr(roundToEightBits(restored), image));
}
