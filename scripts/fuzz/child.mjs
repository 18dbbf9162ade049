// Runs batches of cases for pool.mjs; reports each case before starting it, in case it never ends.
import { writeSync } from 'node:fs';
import { measure, measureAlone } from './measure.mjs';

const say = (message) => writeSync(1, `${JSON.stringify(message)}\n`);

process.on('message', async ({ names, alone }) => {
  for (const name of names) {
    say({ start: name });
    const result = alone ? await measureAlone(name) : await measure(name);
    say({ result });
    // What it left behind would count towards the cases after it.
    if (result.measured) process.exit();
  }
  globalThis.gc?.();
  say({ done: true });
});
