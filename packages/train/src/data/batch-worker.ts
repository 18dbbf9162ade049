import { parentPort, workerData } from 'node:worker_threads';
import { GraftError } from '@pip-graft/onnx-graft';
import type { BatchOptions } from './batch.ts';
import { type BatchPart, makePart } from './make-batch.ts';
import { PhotoCache } from './photos.ts';
import { planBatch } from './plan-batch.ts';

/** Start data of the thread. */
export interface BatchWorkerData {
  readonly options: BatchOptions;
  /** Most bytes of decoded photos to keep. */
  readonly cacheBytes: number;
}

/** A request for a part of a batch. */
export interface PartRequest {
  readonly step: number;
  readonly indices: readonly number[];
}

/** The answer to a {@link PartRequest}. */
export type PartAnswer =
  | { readonly step: number; readonly part: BatchPart }
  | { readonly step: number; readonly error: { readonly code?: string; readonly message: string } };

// The entry of a worker thread: makes one part after another, in order of request.
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
