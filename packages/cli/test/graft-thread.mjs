// Runs command lines one after another and tells how each ended, for graft.ts.
import { workerData } from 'node:worker_threads';
import { main } from '../dist/main.js';

const { port } = workerData;
const ended = new Int32Array(workerData.ended);

/** What the command has written since it started. */
const written = { stdout: '', stderr: '' };
for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
  process[stream].write = (text) => {
    written[stream] += typeof text === 'string' ? text : Buffer.from(text).toString();
    return true;
  };
}

port.on('message', async (/** @type {string[]} */ args) => {
  Object.assign(written, { stdout: '', stderr: '' });
  process.exitCode = undefined;
  try {
    await main(args);
  } catch (error) {
    // As Node ends a process in which nothing catches an error.
    written.stderr += `${error instanceof Error ? error.stack : error}\n`;
    process.exitCode = 1;
  }
  // The command listens for errors of its streams once for each run.
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  port.postMessage({ status: process.exitCode ?? 0, ...written });
  Atomics.store(ended, 0, 1);
  Atomics.notify(ended, 0);
});
