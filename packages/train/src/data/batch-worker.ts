import { parentPort, workerData } from 'node:worker_threads';
import { GraftError } from '@pip-graft/onnx-graft';
import type { BatchOptions } from './batch.ts';
import { type BatchPart, makePart } from './make-batch.ts';
import { PhotoCache } from './photo-cache.ts';
import { planBatch } from './plan-batch.ts';

/** What the thread is started with. */
export interface BatchWorkerData {
  readonly options: BatchOptions;
  /** Bytes of decoded photos that it keeps. */
  readonly cacheBytes: number;
}

/** A part of a batch that it is asked for. */
export interface PartRequest {
  readonly step: number;
  readonly indices: readonly number[];
}

/** Its answer. */
export type PartAnswer =
  | { readonly step: number; readonly part: BatchPart }
  | { readonly step: number; readonly error: { readonly code?: string; readonly message: string } };

// The entry of a worker thread: it makes one part after the other, in the order asked for.
const port = parentPort!;
const { options, cacheBytes } = workerData as BatchWorkerData;
const cache = new PhotoCache(cacheBytes, options.pixels);
let last = Promise.resolve();
port.on('message', ({ step, indices }: PartRequest) => {
  last = last.then(async () => {
    try {
      const part = await makePart(options, step, planBatch(options, step), indices, cache);
      const answer: PartAnswer = { step, part };
      port.postMessage(answer, [part.inputs.buffer, part.targets.buffer, part.present.buffer]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const answer: PartAnswer = {
        step,
        error: error instanceof GraftError ? { code: error.code, message } : { message },
      };
      port.postMessage(answer);
    }
  });
});
