import { GraftError } from '@pip-graft/onnx-graft';
import { imageOf, roundToEightBits } from '@pip-graft/runtime';
import type { BatchOptions } from './batch.ts';
import { cutMargin, cutPatch } from './cut-patch.ts';
import { gaussianNoise } from './degrade/gaussian-noise.ts';
import { type PatchLabel, patchDegradations } from './degrade/patch-degradations.ts';
import { isVisible } from './is-visible.ts';
import type { PhotoCache } from './photo-cache.ts';
import type { SamplePlan } from './plan-batch.ts';
import { sampleRandom } from './sample-patch.ts';

/** One patch degraded and clean, each (3,P,P). */
export interface Sample {
  readonly input: Float32Array;
  readonly target: Float32Array;
  /** Labels whose degradation can be seen in it. */
  readonly present: readonly number[];
}

/**
 * Decodes what a plan names, cuts the patch and degrades it.
 *
 * Errors: those of reading the files; `INVALID_ARGUMENT` for a photo smaller than the patch and for
 * a pair of two sizes. All name the file.
 */
export async function makeSample(
  options: BatchOptions,
  { label, target, input, place }: SamplePlan,
  step: number,
  index: number,
  cache: PhotoCache,
): Promise<Sample> {
  const { patch, labels, seed, sigmas } = options;
  const photo = await cache.read(target);
  if (input !== undefined) {
    const degraded = await cache.read(input);
    if (degraded.width !== photo.width || degraded.height !== photo.height) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${input}: it is ${degraded.width}x${degraded.height}, but ${target} is ${photo.width}x${photo.height}; the two pictures of a pair have one size.`,
      );
    }
    const [given, clean] = [degraded, photo].map((one) => cutPatch(one, place, patch));
    const present = isVisible(labels[label]!, clean!, given!) ? [label] : [];
    return { input: given!, target: clean!, present };
  }
  const name = labels[label] as PatchLabel;
  const { degrade, margin } = patchDegradations[name];
  const clean = cutPatch(photo, place, patch, margin);
  const side = patch + 2 * margin;
  const random = sampleRandom(seed, step, index).fork('degrade');
  const made =
    name === 'noise'
      ? gaussianNoise(clean, side, side, random, sigmas)
      : await degrade(clean, side, side, random);
  const inner = imageOf(patch, patch, cutMargin(made, patch, margin));
  // What the network meets is files of 8 bits, so it learns from their values.
  const sample = { input: roundToEightBits(inner).data, target: cutMargin(clean, patch, margin) };
  return { ...sample, present: isVisible(name, sample.target, sample.input) ? [label] : [] };
}
