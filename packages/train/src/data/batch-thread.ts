import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, errorCodes, GraftError } from '@pip-graft/onnx-graft';
import type { BatchWorkerData, PartAnswer, PartRequest } from './batch-worker.ts';
import type { BatchPart } from './make-batch.ts';

// Always the built file, even if this module runs from source: Node 20 does not load TypeScript.
const entry = fileURLToPath(new URL('../../dist/data/batch-worker.js', import.meta.url));

interface Waiting {
  resolve(part: BatchPart): void;
  reject(error: Error): void;
}

/**
 * A worker thread that makes parts of batches. Keeps the process alive only while a caller waits.
 *
 * Errors of its calls: what the thread threw, with its code; `RUNTIME_FAILED` if it ended.
 */
export class BatchThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #ended: Error | undefined;

  constructor(data: BatchWorkerData) {
    if (!existsSync(entry)) {
      throw new GraftError('NOT_FOUND', `${entry}: the packages are not built; run: npm run build`);
    }
    this.#worker = new Worker(entry, { workerData: data, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (answer: PartAnswer) => this.#settle(answer));
    this.#worker.on('error', (cause: Error) => this.#end(`failed: ${cause.message}`, cause));
    this.#worker.on('exit', (status) => this.#end(`ended with status ${status}`));
  }

  /** Makes the samples `indices` of a step; request a step only once. */
  make(step: number, indices: readonly number[]): Promise<BatchPart> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.set(step, { resolve, reject });
      const request: PartRequest = { step, indices };
      this.#worker.postMessage(request);
    });
  }

  /** Sets whether the process stays alive until the thread has answered. */
  hold(held: boolean): void {
    if (held) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread; pending requests fail with `reason`. */
  async close(reason: Error): Promise<void> {
    this.#fail(reason);
    await this.#worker.terminate();
  }

  #settle(answer: PartAnswer): void {
    const waiting = this.#waiting.get(answer.step);
    this.#waiting.delete(answer.step);
    if ('part' in answer) waiting?.resolve(answer.part);
    else waiting?.reject(asGraftError(answer.error));
  }

  #end(how: string, cause?: Error): void {
    const message = `The worker thread that makes batches ${how}.`;
    this.#fail(new GraftError('RUNTIME_FAILED', message, cause === undefined ? {} : { cause }));
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#ended);
  }
}

function asGraftError({ code, message }: { code?: string; message: string }): GraftError {
  const known = code !== undefined && Object.hasOwn(errorCodes, code);
  return new GraftError(known ? (code as ErrorCode) : 'RUNTIME_FAILED', message);
}
