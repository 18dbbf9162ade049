import { blindGates, cleanGates } from './gates/clean.mjs';
import { greyGates } from './gates/grey.mjs';
import { gridGates } from './gates/grid.mjs';
import { sensorGates } from './gates/sensor.mjs';
import { publicSets, setGates } from './gates/sets.mjs';
import { speedGates } from './gates/speed.mjs';
import { steeringGates } from './gates/steering.mjs';
import { tileGates } from './gates/tiles.mjs';
import { measureSet } from './measure-set.mjs';

/** @import { Subject } from './subject.mjs' */
/** @import { Gate } from './gate.mjs' */
/** @import { MeasuredSet } from './measure-set.mjs' */

/**
 * Tries every gate on a model.
 *
 * @param {Subject} subject
 * @param {{ limit: number, sheets: boolean }} options images per set; whether real images are kept
 *   for contact sheets
 * @param {(line: string) => void} onDone called after each part
 * @returns rows of the table, the public sets image by image, real images to show
 */
export async function judge(subject, { limit, sheets }, onDone) {
  /** @type {Gate[]} */
  const gates = [];
  /** @type {MeasuredSet[]} */
  const sets = [];
  for (const set of publicSets) {
    const measured = subject.labels.includes(set.label)
      ? await measureSet(subject, set, limit)
      : undefined;
    if (measured) sets.push(measured);
    gates.push(...setGates(set, measured));
    onDone(set.name);
  }
  const parts = {
    'clean images, given a label': () => cleanGates(subject, limit),
    'clean images, blind': () => blindGates(subject, limit),
    'constant grey': () => greyGates(subject),
    grid: () => gridGates(subject.labels, sets),
    tiles: () => tileGates(subject),
    steering: () => steeringGates(subject),
    speed: () => speedGates(subject),
  };
  for (const [name, part] of Object.entries(parts)) {
    gates.push(...(await part()));
    onDone(name);
  }
  const sensed = await sensorGates(subject, limit, { sheets });
  onDone('sensor');
  return { gates: [...gates, ...sensed.gates], sets, real: sensed.real };
}
