import { blindGates, cleanGates } from './gates/clean.mjs';
import { greyGates } from './gates/grey.mjs';
import { gridGates } from './gates/grid.mjs';
import { sensorGates } from './gates/sensor.mjs';
import { publicSets, setGates } from './gates/sets.mjs';
import { speedGates } from './gates/speed.mjs';
import { steeringGates } from './gates/steering.mjs';
import { tileGates } from './gates/tiles.mjs';
import { measureSet } from './measure-set.mjs';

/**
 * Tries every gate on a model.
 *
 * @param options `limit`: images of each set; `sheets`: whether real images are kept for contact sheets
 * @param onDone called with a line after each part
 * @returns {gates, sets, real}: rows of the table, the public sets image by image, real images to show
 */
export async function judge(subject, { limit, sheets }, onDone) {
  const gates = [];
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
