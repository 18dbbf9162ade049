import { fileURLToPath } from 'node:url';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { afterAll } from 'vitest';

export const bin = fileURLToPath(new URL('../bin/graft.js', import.meta.url));

/** How a run of the built command ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that has not ended by then hangs. */
const longest = 590_000;

/** The thread that runs the commands of this file's tests. */
let thread: { readonly worker: Worker; readonly port: MessagePort; readonly ended: Int32Array };

/**
 * Runs the built `graft`, which `npm test` builds first, in a thread with output of its own: a
 * process for each run would take half a second. What only a process has (signals, streams that
 * fail, a terminal) is tested by spawning {@link bin}.
 */
export function graft(cwd: string, ...args: string[]): Ended {
  thread ??= start();
  const { port, ended } = thread;
  const before = process.cwd();
  process.chdir(cwd);
  try {
    Atomics.store(ended, 0, 0);
    port.postMessage(args);
    if (Atomics.wait(ended, 0, 0, longest) === 'timed-out')
      throw new Error(`graft ${args.join(' ')}: no end after ${longest / 1000} seconds`);
    return receiveMessageOnPort(port)!.message as Ended;
  } finally {
    process.chdir(before);
  }
}

function start(): typeof thread {
  const { port1: port, port2 } = new MessageChannel();
  const shared = new SharedArrayBuffer(4);
  const worker = new Worker(new URL('graft-thread.mjs', import.meta.url), {
    workerData: { port: port2, ended: shared },
    transferList: [port2],
    env: process.env,
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.unref();
  port.unref();
  afterAll(() => worker.terminate());
  return { worker, port, ended: new Int32Array(shared) };
}

/** The JSON result of a run that must succeed. */
export function json(cwd: string, ...args: string[]): Record<string, unknown> {
  const ended = graft(cwd, ...args, '--json');
  if (ended.status !== 0)
    throw new Error(`graft ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}
