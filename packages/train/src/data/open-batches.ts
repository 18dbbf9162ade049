import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { argument, type ErrorCode, errorCodes, GraftError } from '@pip-graft/onnx-graft';
import { loadSharp } from '@pip-graft/restore';
import { type Batch, type BatchOptions, checkBatchOptions, checkWhole } from './batch.ts';
import type { BatchWorkerData, PartAnswer, PartRequest } from './batch-worker.ts';
import { assembleBatch, type BatchPart, makeBatch } from './make-batch.ts';
import { PhotoCache } from './photos.ts';
import { planBatch, shareSamples } from './plan-batch.ts';

export interface OpenBatchesOptions extends BatchOptions {
  /** Threads that decode and degrade; 0 uses this one. Default: one less than the cores, 1 to 4. */
  readonly workers?: number;
  /** Batches to make in advance; default: 2. With 0 workers, none. */
  readonly ahead?: number;
  /** The first step; default: 0. */
  readonly step?: number;
  /** Bytes of decoded photos that all workers together keep; default: 1 GiB. */
  readonly cacheBytes?: number;
  /** Ends the threads; pending calls fail with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Makes batches from a step on, in advance in worker threads: those of `makeBatch`, bit for bit,
 * whatever the number of threads.
 *
 * Threads keep the process alive only while a caller waits. Each keeps its own decoded photos.
 *
 * Errors: `INVALID_ARGUMENT` and `UNKNOWN_LABEL` for options, `DEVICE_UNAVAILABLE` if sharp does
 * not load, the reason of an aborted signal. From `next()`: those of `makeBatch`, from whichever
 * thread; `RUNTIME_FAILED` if a thread ended; `INVALID_ARGUMENT` after `close()`; the signal's
 * reason after an abort.
 *
 * @example
 * const batches = await openBatches({ photos, patch: 128, batch: 8, labels, seed: 7, step: 1200 });
 * const { inputs, targets, weights } = await batches.next(); // of step 1200
 * await batches.close();
 */
export async function openBatches(options: OpenBatchesOptions): Promise<Batches> {
  argument.requireMembers(options, 'openBatches', {});
  const {
    workers = Math.max(1, Math.min(4, availableParallelism() - 1)),
    ahead = 2,
    step = 0,
    cacheBytes = 2 ** 30,
    signal,
    ...made
  } = options;
  checkBatchOptions(made);
  for (const [name, value] of Object.entries({ workers, ahead, step, cacheBytes })) {
    checkWhole(name, value, 0);
  }
  signal?.throwIfAborted();
  // With glibc, sharp must be loaded here before threads load it: otherwise its libraries would be
  // unloaded with the first thread that ends.
  await loadSharp();
  signal?.throwIfAborted();
  return new BatchQueue(made, { workers, ahead, step, cacheBytes, signal });
}

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

/** A sequence of batches. */
export interface Batches {
  /** Returns the batch of the next step. A failed step is not retried. */
  next(): Promise<Batch>;
  /** Ends the threads; pending calls fail with `INVALID_ARGUMENT`. */
  close(): Promise<void>;
}

interface QueueOptions {
  readonly workers: number;
  readonly ahead: number;
  readonly step: number;
  readonly cacheBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Keeps batches ready, in order of step; see `openBatches`. */
class BatchQueue implements Batches {
  readonly #options: BatchOptions;
  readonly #ahead: number;
  readonly #threads: readonly BatchThread[];
  readonly #cache: PhotoCache;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => void this.#end(this.#signal!.reason);
  /** Batches in progress or ready, from `#step` on. */
  readonly #made: Promise<Batch>[] = [];
  #step: number;
  #waiting = 0;
  #ended: { readonly reason: Error } | undefined;
  #gone: Promise<unknown> | undefined;

  constructor(options: BatchOptions, { workers, ahead, step, cacheBytes, signal }: QueueOptions) {
    this.#options = options;
    this.#ahead = ahead;
    this.#step = step;
    this.#signal = signal;
    const share = Math.floor(cacheBytes / Math.max(1, workers));
    this.#cache = new PhotoCache(share, options.pixels);
    const data = { options, cacheBytes: share };
    this.#threads = Array.from({ length: workers }, () => new BatchThread(data));
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (workers > 0) this.#request(ahead);
  }

  async next(): Promise<Batch> {
    if (this.#ended !== undefined) throw this.#ended.reason;
    if (this.#threads.length === 0) return this.#here(this.#step++);
    this.#request(this.#ahead + 1);
    const batch = this.#made.shift()!;
    this.#step++;
    this.#hold(1);
    try {
      return await batch;
    } finally {
      this.#hold(-1);
    }
  }

  close(): Promise<void> {
    return this.#end(
      new GraftError('INVALID_ARGUMENT', 'The batches were closed; open them again to go on.'),
    );
  }

  /** Requests `count` batches, counted from the next. */
  #request(count: number): void {
    while (this.#made.length < count) {
      const batch = this.#inThreads(this.#step + this.#made.length);
      // The error reaches the caller that takes the batch, not earlier.
      batch.catch(() => {});
      this.#made.push(batch);
    }
  }

  async #inThreads(step: number): Promise<Batch> {
    const options = this.#options;
    const plans = planBatch(options, step);
    const shares = shareSamples(plans, this.#threads.length, options.photos.length);
    const parts = await Promise.all(
      shares.flatMap((indices, at) =>
        indices.length === 0 ? [] : [this.#threads[at]!.make(step, indices)],
      ),
    );
    return assembleBatch(options, step, plans, parts);
  }

  async #here(step: number): Promise<Batch> {
    const batch = await makeBatch(this.#options, step, this.#cache);
    if (this.#ended !== undefined) throw this.#ended.reason;
    return batch;
  }

  #hold(more: 1 | -1): void {
    this.#waiting += more;
    for (const thread of this.#threads) thread.hold(this.#waiting > 0);
  }

  async #end(reason: Error): Promise<void> {
    this.#ended ??= { reason };
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#gone ??= Promise.all(this.#threads.map((thread) => thread.close(reason)));
    await this.#gone;
  }
}
