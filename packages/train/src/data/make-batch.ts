import type { Batch, BatchOptions } from './batch.ts';
import { checkBatchOptions, checkWhole } from './check-batch-options.ts';
import { makeSample } from './make-sample.ts';
import { PhotoCache } from './photo-cache.ts';
import { planBatch, type SamplePlan, weightsOf } from './plan-batch.ts';

/**
 * Makes the mixed batch of a step: patches of random photos, each degraded for one of the labels.
 *
 * The result is the same bit for bit for the same options and step on one machine. Of every T
 * consecutive samples, each of the T labels gets one (or its share), in random order, also across
 * steps. Inputs have the values of 8-bit files. A label with pairs takes its patches from these, at
 * the same place of both images. Some patches are clean or have partial weights; see
 * {@link BatchOptions}.
 *
 * Errors: `INVALID_ARGUMENT` and `UNKNOWN_LABEL` for options; `NOT_FOUND`, `READ_FAILED`,
 * `CORRUPT_FILE` for a photo that cannot be read and `INVALID_ARGUMENT` for one smaller than the
 * patch, when it is first chosen; all name the file.
 *
 * @example
 * const photos = await listPhotos('photos');
 * const labels = ['noise', 'rain', 'haze'];
 * const { inputs } = await makeBatch({ photos, patch: 128, batch: 8, labels, seed: 7 }, 0);
 *
 * @param cache decoded photos that calls share; default: each call decodes its own.
 */
export async function makeBatch(
  options: BatchOptions,
  step: number,
  cache: PhotoCache = new PhotoCache(2 ** 28, options.pixels),
): Promise<Batch> {
  checkBatchOptions(options);
  checkWhole('step', step, 0);
  const plans = planBatch(options, step);
  const indices = plans.map((_, index) => index);
  return assembleBatch(options, step, plans, [
    await makePart(options, step, plans, indices, cache),
  ]);
}

/** Some of a batch's samples, one after another. */
export interface BatchPart {
  /** Indices of the samples in the batch. */
  readonly indices: readonly number[];
  /** (indices, 3, P, P). */
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly targets: Float32Array<ArrayBuffer>;
  /** (indices, T). */
  readonly present: Float32Array<ArrayBuffer>;
}

/** Makes the samples with the given indices. */
export async function makePart(
  options: BatchOptions,
  step: number,
  plans: readonly SamplePlan[],
  indices: readonly number[],
  cache: PhotoCache,
): Promise<BatchPart> {
  const size = 3 * options.patch ** 2;
  const inputs = new Float32Array(indices.length * size);
  const targets = new Float32Array(indices.length * size);
  const labels = options.labels.length;
  const present = new Float32Array(indices.length * labels);
  for (const [at, index] of indices.entries()) {
    const sample = await makeSample(options, plans[index]!, step, index, cache);
    inputs.set(sample.input, at * size);
    targets.set(sample.target, at * size);
    for (const label of sample.present) present[at * labels + label] = 1;
  }
  return { indices, inputs, targets, present };
}

/** Assembles a batch from parts that together contain all samples. */
export function assembleBatch(
  { patch, labels }: BatchOptions,
  step: number,
  plans: readonly SamplePlan[],
  parts: readonly BatchPart[],
): Batch {
  const size = 3 * patch ** 2;
  const inputs = new Float32Array(plans.length * size);
  const targets = new Float32Array(plans.length * size);
  const present = new Float32Array(plans.length * labels.length);
  for (const part of parts) {
    for (const [at, index] of part.indices.entries()) {
      inputs.set(part.inputs.subarray(at * size, (at + 1) * size), index * size);
      targets.set(part.targets.subarray(at * size, (at + 1) * size), index * size);
      const row = part.present.subarray(at * labels.length, (at + 1) * labels.length);
      present.set(row, index * labels.length);
    }
  }
  const weights = new Float32Array(plans.length * labels.length);
  for (const [index, plan] of plans.entries()) {
    for (const [label, weight] of weightsOf(plan)) weights[index * labels.length + label] = weight;
  }
  const files = plans.map(({ target }) => target);
  return { step, inputs, targets, weights, present, files };
}
