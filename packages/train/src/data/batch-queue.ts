import { GraftError } from '@pip-graft/onnx-graft';
import type { Batch, BatchOptions } from './batch.ts';
import { BatchThread } from './batch-thread.ts';
import { assembleBatch, makeBatch } from './make-batch.ts';
import { PhotoCache } from './photo-cache.ts';
import { planBatch, shareSamples } from './plan-batch.ts';

/** A sequence of batches. */
export interface Batches {
  /** Returns the batch of the next step. A failed step is not retried. */
  next(): Promise<Batch>;
  /** Ends the threads; pending calls fail with `INVALID_ARGUMENT`. */
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly workers: number;
  readonly ahead: number;
  readonly step: number;
  readonly cacheBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Keeps batches ready, in order of step; see `openBatches`. */
export class BatchQueue implements Batches {
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
