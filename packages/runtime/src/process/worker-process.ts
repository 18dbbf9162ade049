import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraftError } from '@pip-graft/onnx-graft';
import type { AnswerMessage, CallName, Calls } from './protocol.ts';

// The worker runs what was built, also when this module runs from its source:
// Node 20 does not load TypeScript.
const entry = fileURLToPath(new URL('../../dist/process/worker.js', import.meta.url));

export interface Isolation {
  /** Longest that one call may take, in milliseconds; default five minutes. */
  readonly timeout?: number;
  /** Variables that the native libraries read when they are loaded, as `NVIDIA_TF32_OVERRIDE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

const defaultTimeout = 300_000;
/** Milliseconds between a message that could not be sent and the process's end. */
const sendGrace = 1000;
/** Of what native code printed, the last is kept: reasons stand at the end. */
const logLimit = 8192;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A process that runs models for this one, so that a crash, a hang or memory that
 * native code does not give back ends there.
 *
 * Errors of its calls: what the worker threw; `RUNTIME_FAILED` when the process
 * ended or gave no answer in time, with how.
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
      throw new GraftError('NOT_FOUND', `${entry}: the packages are not built; run: npm run build`);
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
      // A message that could not be sent: how the process ended comes next, and says more.
      else setTimeout(() => this.#end(`failed: ${error.message}`), sendGrace);
    });
    this.#child.on('exit', (code, reason) => {
      this.#end(reason === null ? `ended with status ${code}` : `was ended by ${reason}`);
    });
  }

  /** What native code printed last. */
  get log(): string {
    return this.#log;
  }

  /** Nothing can be asked any more. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** The process, for tests and for tools that measure it. */
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
        this.#end(`gave no answer in ${this.#timeout / 1000} s and was ended`);
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

  /** Ends the process and what it holds. */
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
      `${this.#label}: the process that runs it ${how}${last === '' ? '' : ` (${last.slice(0, 300)})`}.`,
    );
  }
}
