import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraftError } from '@pip-graft/onnx-graft';
import { runtimeMessage } from '../session/run-model.ts';
import type { AnswerMessage, CallName, Calls } from './worker.ts';

// Always the built file, even if this module runs from source: Node 20 does not load TypeScript.
const entry = fileURLToPath(new URL('../../dist/process/worker.js', import.meta.url));

export interface Isolation {
  /** Time limit for one call, in milliseconds; default: five minutes. */
  readonly timeout?: number;
  /** Environment variables that native libraries read on loading, such as `NVIDIA_TF32_OVERRIDE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

const defaultTimeout = 300_000;
/** Milliseconds to wait for the process's exit after a message could not be sent. */
const sendGrace = 1000;
/** Characters of native output to keep; reasons come last. */
const logLimit = 8192;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A process that runs models, so that crashes, hangs and memory that native code does not free are
 * confined to it.
 *
 * Errors of its calls: those of the worker; `RUNTIME_FAILED`, with the reason, when the process ended
 * or timed out.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #label: string;
  readonly #timeout: number;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #ended: string | undefined;
  #log = '';

  constructor(label: string, { timeout = defaultTimeout, env, signal }: Isolation = {}) {
    if (!existsSync(entry)) {
      throw new GraftError('NOT_FOUND', `${entry}: not built; run: npm run build`);
    }
    this.#label = label;
    this.#timeout = timeout;
    this.#child = fork(entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ORT_DISABLE_TELEMETRY: process.env['ORT_DISABLE_TELEMETRY'] ?? '1',
        ...env,
      },
      execArgv: [],
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log = `${this.#log}${chunk.toString()}`.slice(-logLimit);
    });
    this.#child.on('message', (message: AnswerMessage) => this.#settle(message));
    this.#child.on('error', (error) => {
      if (error.name === 'AbortError') this.#end('was stopped');
      // A message could not be sent: the exit event follows and says more.
      else setTimeout(() => this.#end(`failed: ${error.message}`), sendGrace);
    });
    this.#child.on('exit', (code, reason) => {
      this.#end(reason === null ? `ended with status ${code}` : `was killed by ${reason}`);
    });
  }

  /** The last output of native code. */
  get log(): string {
    return this.#log;
  }

  /** Whether the process has ended and takes no more calls. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** The process id, for tests and measurements. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  call<Name extends CallName>(
    call: Name,
    args: Calls[Name]['args'],
  ): Promise<Calls[Name]['result']> {
    const id = this.#next++;
    return new Promise<unknown>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#failure(this.#ended));
        return;
      }
      const timer = setTimeout(() => {
        this.#end(`did not answer within ${this.#timeout / 1000} s and was killed`);
        this.#child.kill('SIGKILL');
      }, this.#timeout);
      this.#waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#child.send({ id, call, args });
    }) as Promise<Calls[Name]['result']>;
  }

  /** Ends the process and frees its resources. */
  close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }

  #settle(message: AnswerMessage): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('result' in message) waiting?.resolve(message.result);
    else {
      const { code, message: text } = message.error;
      waiting?.reject(code === undefined ? new Error(text) : new GraftError(code, text));
    }
  }

  #end(how: string): void {
    this.#ended ??= how;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#failure(this.#ended));
  }

  #failure(how: string): GraftError {
    const last = this.#log.trim().split('\n').at(-1) ?? '';
    return new GraftError(
      'RUNTIME_FAILED',
      `${this.#label}: its worker process ${how}${last === '' ? '' : ` (${last.slice(0, 300)})`}.`,
    );
  }
}

/**
 * The last error that onnxruntime printed, as one line; undefined without one. The error it throws for
 * a provider that does not load does not name the missing library.
 *
 * @example nativeReason('… [E:onnxruntime:, bridge.cc:1 Create] … with error: libcudart.so.13: cannot open …')
 */
export function nativeReason(log: string): string | undefined {
  const last = log.split('\n').findLast((line) => line.includes('[E:onnxruntime'));
  if (last === undefined) return undefined;
  const said = last.slice(last.indexOf(']', last.indexOf('[E:onnxruntime')) + 1);
  return runtimeMessage(said.replace(/^.*with error: /, ''));
}

/**
 * A worker process that several sessions use in turn, because starting CUDA takes longer than most
 * runs. The next session replaces a process that has ended.
 */
export class SharedWorker {
  readonly #label: string;
  readonly #isolation: Isolation;
  #worker: WorkerProcess | undefined;

  constructor(label: string, isolation: Isolation) {
    this.#label = label;
    this.#isolation = isolation;
  }

  get(): WorkerProcess {
    if (this.#worker === undefined || this.#worker.ended) {
      this.#worker = new WorkerProcess(this.#label, this.#isolation);
    }
    return this.#worker;
  }

  async close(): Promise<void> {
    await this.#worker?.close();
    this.#worker = undefined;
  }
}
