import { imageOf, roundToEightBits } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Random } from '@pip-graft/weights';
import type { BatchOptions } from './batch.ts';
import { cutMargin, cutPatch, flatPatch, isVisible } from './cut-patch.ts';
import { compressJpeg } from './degrade/jpeg-artefacts.ts';
import { type PatchLabel, patchDegradations } from './degrade/patch-degradations.ts';
import { rangesOf } from './degrade/ranges.ts';
import type { PhotoCache } from './photo-cache.ts';
import type { SamplePlan } from './plan-batch.ts';
import { cameraFinish, sampleRandom } from './sample-patch.ts';

/** One patch: the network's input and its target, each (3,P,P). */
export interface Sample {
  readonly input: Float32Array;
  readonly target: Float32Array;
  /** Labels whose degradation is visible in it. */
  readonly present: readonly number[];
}

/**
 * Decodes the photo of a plan, cuts the patch and degrades it as planned.
 *
 * Errors: those of reading the files; `INVALID_ARGUMENT` for a photo smaller than the patch and for
 * a pair of different sizes. All name the file.
 */
export async function makeSample(
  options: BatchOptions,
  plan: SamplePlan,
  step: number,
  index: number,
  cache: PhotoCache,
): Promise<Sample> {
  const random = sampleRandom(options.seed, step, index).fork('degrade');
  const made = await stored(options, await makePair(options, plan, random, cache), random);
  const { input, target } = made;
  const { amount } = plan;
  if (amount === 0) return { ...made, target: input };
  if (amount === 1) return made;
  const part = input.map((value, at) => value + amount * (target[at]! - value));
  return { ...made, target: part };
}

/** Haze and darkness, which are invisible in a single colour. */
const isSmooth = (label: string) => label === 'haze' || label === 'low-light';

/**
 * Whether a patch of one colour stays as it is. A single colour may be all that haze or darkness
 * left of a scene: unchanged, it would teach the opposite of the other hazy and dark patches, so it
 * never stays under these labels. It always stays under a label with pairs.
 */
function isLeft(label: string, input: string | undefined, random: Random): boolean {
  if (input !== undefined) return true;
  return !isSmooth(label) && random.fork('left').below(2) === 0;
}

/** Returns the sample, or the sample with its input stored as JPEG. */
async function stored(
  { patch, stored: share = 0 }: BatchOptions,
  sample: Sample,
  random: Random,
): Promise<Sample> {
  const drawn = random.fork('stored');
  if (drawn.uniform() >= share) return sample;
  return { ...sample, input: await compressJpeg(sample.input, patch, patch, 70 + drawn.below(29)) };
}

/** Makes the degraded and the clean patch. */
async function makePair(
  { patch, labels, degrade: chosen, halved = 0, whole = 0, finished = 0 }: BatchOptions,
  { kind, label, second, target: file, input, place }: SamplePlan,
  random: Random,
  cache: PhotoCache,
): Promise<Sample> {
  const photo = await cache.read(file);
  const left = kind === 'clean' || (kind === 'flat' && isLeft(labels[label]!, input, random));
  const fits = Math.max(1, Math.floor(Math.min(photo.width, photo.height) / patch));
  const view = random.fork('halved').uniform();
  const scale = view < whole ? fits : view < whole + halved ? Math.min(2, fits) : 1;
  const finish = random.fork('finished');
  const finishes = finish.uniform() < finished;
  const cut = (margin: number) => {
    if (kind === 'flat') return flatPatch(patch + 2 * margin, random.fork('flat'));
    const planes = cutPatch(photo, place, patch, margin, scale);
    return finishes ? cameraFinish(planes, finish) : planes;
  };
  if (left) {
    const clean = cut(0);
    return { input: clean, target: clean, present: [] };
  }
  if (input !== undefined) {
    const degraded = await cache.read(input);
    if (degraded.width !== photo.width || degraded.height !== photo.height) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${input}: it is ${degraded.width}x${degraded.height}, but ${file} is ${photo.width}x${photo.height}; the two images of a pair have one size.`,
      );
    }
    const [given, clean] = [degraded, photo].map((one) => cutPatch(one, place, patch));
    const present = isVisible(labels[label]!, clean!, given!) ? [label] : [];
    return { input: given!, target: clean!, present };
  }
  const names = [label, ...(second === undefined ? [] : [second])].map((at) => labels[at]!);
  const ranges = rangesOf(chosen);
  // In the order of the table, in which light meets them.
  const steps = (Object.keys(patchDegradations) as PatchLabel[]).filter((known) =>
    names.includes(known),
  );
  const reach = Math.max(...steps.map((step) => patchDegradations[step].margin(ranges)));
  // Blocks of a JPEG file begin in the patch's corner.
  const margin = steps.length === 1 ? reach : 8 * Math.ceil(reach / 8);
  const side = patch + 2 * margin;
  const clean = cut(margin);
  const present: number[] = [];
  let made: Float32Array = clean;
  for (const [at, step] of steps.entries()) {
    const own = at === 0 ? random : random.fork(step);
    const before = made;
    made = await patchDegradations[step].degrade(made, side, side, own, ranges);
    if (at + 1 < steps.length) made = made.map((value) => Math.min(1, Math.max(0, value)));
    if (!(kind === 'flat' && isSmooth(step)) && isVisible(step, before, made))
      present.push(labels.indexOf(step));
  }
  const inner = imageOf(patch, patch, cutMargin(made, patch, margin));
  // The network will get 8-bit files, so it learns from their values.
  const target = cutMargin(clean, patch, margin);
  return { input: roundToEightBits(inner).data, target, present };
}
