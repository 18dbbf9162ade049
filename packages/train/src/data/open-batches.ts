import { availableParallelism } from 'node:os';
import { loadSharp } from '@pip-graft/restore';
import type { BatchOptions } from './batch.ts';
import { type Batches, BatchQueue } from './batch-queue.ts';
import { checkBatchOptions, checkWhole } from './check-batch-options.ts';

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
