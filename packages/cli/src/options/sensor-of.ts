import { resolve } from 'node:path';
import { GraftError, type Sensor } from '@pip-graft/graft';
import { readSensor, resolveSensor } from '@pip-graft/graft/node';

/**
 * The sensor that is meant: of a folder, or for `true` the one that the adapter carries.
 *
 * Errors: `INVALID_ARGUMENT` where several adapters, or a fresh one, carry none for all labels; those
 * of reading sensors.
 */
export function sensorOf(auto: string | true, adapters: readonly string[], cwd: string): Sensor {
  if (auto !== true) return readSensor(resolve(cwd, auto));
  const [only, ...others] = adapters;
  if (only === undefined || others.length > 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--auto: a sensor tells the labels of all adapters apart; with several give its folder.',
    );
  if (only === 'init' || only.startsWith('init:'))
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--auto: a fresh adapter carries no sensor; give the folder of one.',
    );
  return resolveSensor(only, cwd);
}
