import { join } from 'node:path';
import { extendImage } from '../../../../packages/imaging/dist/index.js';
import { readImage } from '../../../../packages/restore/dist/index.js';
import { gate } from '../gate.mjs';
import { testData } from '../sets.mjs';

/** @import { Subject } from '../subject.mjs' */

const side = 1024;
const runs = 3;

/**
 * CPU seconds of the process per megapixel, on one thread, after a warm-up run: the lowest of three
 * runs, because other work on the machine can only add to it.
 *
 * @param {Subject} subject
 */
export async function speedGates(subject) {
  const image = extendImage(
    await readImage(join(testData, 'clean/kodak24/kodim01.png')),
    side,
    side,
  );
  const label = subject.labels[0];
  const seconds = [];
  for (let run = 0; run <= runs; run++) {
    const before = process.cpuUsage();
    await subject.restore(image, { label });
    const { user, system } = process.cpuUsage(before);
    if (run > 0) seconds.push((user + system) / 1e6 / (side ** 2 / 1e6));
  }
  const value = Math.min(...seconds);
  const note = `lowest of ${runs} runs of ${side}x${side}, highest ${Math.max(...seconds).toFixed(2)}`;
  const row = { name: 'speed', target: 3, value, unit: 'CPU s/MP', note };
  return [gate({ ...row, relation: 'at most' })];
}
