import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { present } from '../present.mjs';
import { limits } from './limits.mjs';

const script = fileURLToPath(new URL('child.mjs', import.meta.url));
const batchSize = 250;

/**
 * Runs cases in separate processes and passes each result to `see`. A case that hangs or crashes
 * its process is a result too; the cases after it go to a fresh process.
 */
export async function runPool(names, jobs, see, alone = false) {
  const queue = [];
  const size = alone ? 1 : batchSize;
  for (let at = 0; at < names.length; at += size) queue.push(names.slice(at, at + size));
  await Promise.all(Array.from({ length: jobs }, () => drain(queue, see, alone)));
}

async function drain(queue, see, alone) {
  while (queue.length > 0) await runChild(queue, see, alone);
}

/**
 * Runs one process until the queue is empty or the process ends.
 *
 * @returns {Promise<void>}
 */
function runChild(queue, see, alone) {
  const execArgv = [
    '--expose-gc',
    `--max-old-space-size=${limits.heap}`,
    '--max-semi-space-size=8',
  ];
  const child = fork(script, { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let left = [];
  let current;
  let since = 0;
  let hung = false;
  let errors = '';
  const next = () => {
    left = queue.shift() ?? [];
    if (left.length === 0) child.disconnect();
    else child.send({ names: left, alone });
  };
  present(child.stderr, 'stderr').on('data', (data) => {
    errors = `${errors}${data}`.slice(-2000);
  });
  const lines = createInterface({ input: present(child.stdout, 'stdout') });
  lines.on('line', (line) => {
    const { start, result, done } = JSON.parse(line);
    if (start) {
      current = start;
      since = performance.now();
    } else if (result) {
      current = undefined;
      left = left.filter((name) => name !== result.name);
      see(result);
    } else if (done) next();
  });
  const watch = setInterval(() => {
    if (current === undefined || performance.now() - since < limits.hang) return;
    hung = true;
    child.kill('SIGKILL');
  }, 500);
  next();
  return new Promise((/** @type {() => void} */ resolve) => {
    const ended = new Promise((over) =>
      child.on('exit', (status, signal) => over(signal ?? status)),
    );
    const read = new Promise((over) => lines.on('close', over));
    Promise.all([ended, read]).then(([how]) => {
      clearInterval(watch);
      if (current !== undefined) {
        const why = hung
          ? `no end after ${limits.hang / 1000} s`
          : `the process ended (${how}): ${errors.split('\n').slice(-12).join(' ')}`;
        see({ name: current, outcome: 'failure', failure: why, measured: hung });
        left = left.filter((name) => name !== current);
      }
      if (left.length > 0) queue.unshift(left);
      resolve();
    });
  });
}
