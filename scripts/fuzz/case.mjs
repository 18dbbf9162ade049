import { GraftError } from '@pip-graft/onnx-graft';
import { Dice } from './dice.mjs';
import { targets } from './targets/index.mjs';

/**
 * The files of a case.
 *
 * @param {string} name as 'onnx:17'
 * @returns {Record<string, Uint8Array>}
 */
export function makeCase(name) {
  return targetOf(name).make(new Dice(name));
}

/**
 * How a case ended: 'valid: …' or 'error: CODE'. Throws anything else.
 *
 * @param {string} name
 */
export async function runCase(name, files = makeCase(name)) {
  try {
    return `valid: ${await targetOf(name).run(files)}`;
  } catch (error) {
    if (error instanceof GraftError) return `error: ${error.code}`;
    throw error;
  }
}

function targetOf(name) {
  const found = targets.find((target) => target.name === name.split(':')[0]);
  if (!found) throw new Error(`${name}: no such target; there are ${targets.map((t) => t.name)}`);
  return found;
}
