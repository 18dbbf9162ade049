import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errorCodes, GraftError } from '@pip-graft/graft';
import type { Job, Made } from './job.ts';
import type { FromProcess } from './job-process.ts';

// Always run the built file, even from source: Node 20 does not load TypeScript.
const entry = fileURLToPath(new URL('../../../dist/job-process.js', import.meta.url));

/** How much of native code's output to keep, in characters from its end. */
const logLimit = 2000;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onStage: (stage: string, done: number, total: number) => void;
}

/**
 * Runs a job in a separate process.
 *
 * Errors: what the job threw; `RUNTIME_FAILED` if the process ended without a result, with how it
 * ended; an `AbortError` if it was stopped.
 */
export function runInProcess(job: Job, { signal, onStage }: RunOptions): Promise<Made> {
  const { name } = job.config;
  return new Promise((resolve, reject) => {
    const child = fork(entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: process.env['ORT_DISABLE_TELEMETRY'] ?? '1' },
      signal,
      killSignal: 'SIGKILL',
    });
    let log = '';
    let answer: FromProcess | undefined;
    child.stderr?.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-logLimit);
    });
    child.on('message', (message: FromProcess) => {
      if (message.kind === 'stage') onStage(message.stage, message.done, message.total);
      else answer = message;
    });
    child.on('error', reject);
    child.on('exit', (code, killed) => {
      if (signal.aborted) return reject(signal.reason);
      if (answer?.kind === 'made') return resolve(answer.made);
      if (answer?.kind === 'failed') return reject(failure(answer));
      const how = killed === null ? `ended with status ${code}` : `was ended by ${killed}`;
      const why = killed === 'SIGKILL' ? '; the machine may have run out of memory' : '';
      const said = log.trim() === '' ? '' : ` (${log.trim().split('\n').at(-1)})`;
      reject(new GraftError('RUNTIME_FAILED', `Job '${name}': its process ${how}${why}${said}.`));
    });
    child.send(job);
  });
}

function failure({ code, message }: Extract<FromProcess, { kind: 'failed' }>): Error {
  return Object.hasOwn(errorCodes, code)
    ? new GraftError(code as ErrorCode, message)
    : new Error(message);
}
