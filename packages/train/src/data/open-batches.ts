import { availableParallelism } from 'node:os';
import { GraftError } from '@pip-graft/onnx-graft';
import { loadSharp } from '@pip-graft/runtime';
import type { Batch, BatchOptions } from './batch.ts';
import { BatchThread } from './batch-thread.ts';
import { checkBatchOptions, checkWhole } from './check-batch-options.ts';
import { assembleBatch, makeBatch } from './make-batch.ts';
import { PhotoCache } from './photo-cache.ts';
import { planBatch } from './plan-batch.ts';
import { shareSamples } from './share-samples.ts';

export interface OpenBatchesOptions extends BatchOptions {
  /** Threads that decode and degrade; 0 makes batches in this one. Default up to 4, one less than the cores. */
  readonly workers?: number;
  /** Batches that are made before they are asked for; default 2. With 0 workers, none. */
  readonly ahead?: number;
  /** The first step; default 0. */
  readonly step?: number;
  /** Bytes of decoded photos that all workers together keep; default 1 GiB. */
  readonly cacheBytes?: number;
  /** Ends the threads; what is waited for fails with its reason. */
  readonly signal?: AbortSignal;
}

/** Batches one after the other. */
export interface Batches {
  /** The batch of the next step. A step that failed is not tried again. */
  next(): Promise<Batch>;
  /** Ends the threads; what is waited for fails with `INVALID_ARGUMENT`. */
  close(): Promise<void>;
}

/**
 * Batches from a step on, made ahead by worker threads: those of `makeBatch`, bit for bit, whatever
 * the number of threads.
 *
 * Threads that nobody waits for do not keep the process alive. Each keeps its own decoded photos.
 *
 * Errors: `INVALID_ARGUMENT` and `UNKNOWN_LABEL` for options, `DEVICE_UNAVAILABLE` where sharp does not
 * load, the reason of an aborted signal. From `next()`: those of
 * `makeBatch`, whichever thread they came from; `RUNTIME_FAILED` when a thread ended;
 * `INVALID_ARGUMENT` after `close()`; the signal's reason after an abort.
 *
 * @example
 * const batches = await openBatches({ photos, patch: 128, batch: 8, labels, seed: 7, step: 1200 });
 * const { inputs, targets, weights } = await batches.next(); // of step 1200
 * await batches.close();
 */
export async function openBatches(options: OpenBatchesOptions): Promise<Batches> {
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
  // Where glibc is, sharp asks to be loaded here before threads load it: its libraries would be
  // unloaded with the first thread that ends.
  await loadSharp();
  signal?.throwIfAborted();
  return new BatchQueue(made, { workers, ahead, step, cacheBytes, signal });
}

interface QueueOptions {
  readonly workers: number;
  readonly ahead: number;
  readonly step: number;
  readonly cacheBytes: number;
  readonly signal: AbortSignal | undefined;
}

class BatchQueue implements Batches {
  readonly #options: BatchOptions;
  readonly #ahead: number;
  readonly #threads: readonly BatchThread[];
  readonly #cache: PhotoCache;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => void this.#end(this.#signal!.reason);
  /** Batches that are being made or wait, from `#step` on. */
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
    this.#cache = new PhotoCache(share);
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

  /** Has `count` batches made, counted from the next. */
  #request(count: number): void {
    while (this.#made.length < count) {
      const batch = this.#inThreads(this.#step + this.#made.length);
      // Whoever asks for the batch gets its error; until then nobody has to.
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
