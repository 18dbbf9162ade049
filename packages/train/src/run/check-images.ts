import { GraftError } from '@pip-graft/onnx-graft';
import { readImage } from '@pip-graft/restore';
import { imagesOf } from '../data/batch.ts';
import { planBatch } from '../data/plan-batch.ts';
import type { Run } from './open-run.ts';

/** Most images that a message lists. */
const listed = 8;

/** When to stop, and what gets the progress. */
interface CheckHooks {
  readonly signal?: AbortSignal | undefined;
  /** Called after each image. */
  readonly onImage?: ((done: number, total: number) => void) | undefined;
}

/**
 * Decodes each image that the remaining steps of a run draw: headers do not show that pixels are
 * damaged, and a run that meets such an image after hours would end there, again each time it
 * continues.
 *
 * Errors: the reason of an aborted signal; those of `readImage`; of several images, with the code of
 * the first and all names.
 */
export async function checkImages(
  { left, begun, batches }: Run,
  { signal, onImage }: CheckHooks,
): Promise<void> {
  const all = imagesOf(batches);
  const seen = new Set<string>();
  const failures: { file: string; error: GraftError }[] = [];
  for (const file of drawn({ left, begun, batches })) {
    if (seen.has(file)) continue;
    // Nothing was trained yet, so there is nothing to save.
    signal?.throwIfAborted();
    seen.add(file);
    try {
      await readImage(file, batches.pixels === undefined ? {} : { pixels: batches.pixels });
    } catch (error) {
      if (!(error instanceof GraftError)) throw error;
      failures.push({ file, error });
    }
    onImage?.(seen.size, all.size);
    if (seen.size === all.size) break;
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  const { error } = first;
  if (others.length === 0) throw error;
  const names = others.slice(0, listed).map(({ file }) => file);
  const more = others.length > listed ? `, and ${others.length - listed} more` : '';
  throw new GraftError(
    error.code,
    `${error.message} Other images of this run that cannot be read: ${names.join(', ')}${more}.`,
    { cause: error },
  );
}

/** Files of the remaining steps, in the order in which these need them. */
function* drawn({ left, begun, batches }: Pick<Run, 'left' | 'begun' | 'batches'>) {
  for (const { options } of left) {
    const { accumulate, batch, patch } = options;
    const from = Math.max(begun.step, options.first) * accumulate;
    for (let step = from; step < options.steps * accumulate; step++)
      for (const { input, target } of planBatch({ ...batches, batch, patch }, step)) {
        yield target;
        if (input !== undefined) yield input;
      }
  }
}
