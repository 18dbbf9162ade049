import { imageOf, roundToEightBits } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Random } from '@pip-graft/weights';
import { type Batch, type BatchOptions, checkBatchOptions, checkWhole } from './batch.ts';
import {
  cameraFinish,
  cutMargin,
  cutPatch,
  flatPatch,
  isVisible,
  sampleRandom,
} from './cut-patch.ts';
import { type PatchLabel, patchDegradations, rangesOf } from './degrade/degradations.ts';
import { compressJpeg } from './degrade/jpeg-artefacts.ts';
import { addSky, drawSky, hazeUnder } from './degrade/sky.ts';
import { PhotoCache } from './photos.ts';
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

/** One patch: the network's input and its target, each (3,P,P). */
interface Sample {
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
async function makeSample(
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
  if (kind === 'example') {
    const shown = cutPatch(photo, place, patch, 0, scale);
    return { input: shown, target: shown, present: [label] };
  }
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
  const drawn = rangesOf(chosen);
  // In the order of the table, in which light meets them.
  const steps = (Object.keys(patchDegradations) as PatchLabel[]).filter((known) =>
    names.includes(known),
  );
  const reach = Math.max(...steps.map((step) => patchDegradations[step].margin(drawn)));
  // Blocks of a JPEG file begin in the patch's corner.
  const margin = steps.length === 1 ? reach : 8 * Math.ceil(reach / 8);
  const side = patch + 2 * margin;
  const sky = steps.includes('haze')
    ? drawSky(side, side, random.fork('sky'), drawn.haze)
    : undefined;
  const ranges = sky ? { ...drawn, haze: hazeUnder(sky, drawn.haze) } : drawn;
  const clean = sky ? addSky(cut(margin), side, sky) : cut(margin);
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
