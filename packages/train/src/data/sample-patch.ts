import { GraftError } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import { cutPatch, drawPlace, type PatchPlace } from './cut-patch.ts';
import { applyNoise } from './degrade/gaussian-noise.ts';
import type { PhotoCache } from './photo-cache.ts';

/** A clean patch and its origin. */
export interface Patch {
  readonly file: string;
  readonly place: PatchPlace;
  /** (3,P,P), 0 to 1. */
  readonly planes: Float32Array<ArrayBuffer>;
}

/** Photos that {@link samplePatch} chooses from, and patch size and seed. */
export interface PatchSource {
  readonly photos: readonly string[];
  /** Side of the patches in pixels. */
  readonly patch: number;
  readonly seed: number | string;
}

/** Returns the random stream of sample `index` of a step, independent of all other draws. */
export function sampleRandom(seed: number | string, step: number, index: number): Random {
  return new Random(seed).fork(`step ${step}`).fork(`sample ${index}`);
}

/** Chooses which of `count` photos (or pairs) a sample is cut from, and where. */
export function choosePatch(
  count: number,
  seed: number | string,
  step: number,
  index: number,
): { readonly source: number; readonly place: PatchPlace } {
  const random = sampleRandom(seed, step, index).fork('patch');
  return { source: random.below(count), place: drawPlace(random) };
}

/**
 * Cuts a patch from one of the photos: photo, place, flip and quarter turns depend only on (seed,
 * step, index). All photos are equally likely, and so are all places in a photo.
 *
 * Errors: those of reading the photo; `INVALID_ARGUMENT` if it is smaller than the patch (both name
 * the file), and without photos.
 *
 * @example
 * const source = { photos: await listPhotos('photos'), patch: 128, seed: 7 };
 * const { planes } = await samplePatch(source, 0, 0, new PhotoCache(2 ** 29));
 */
export async function samplePatch(
  { photos, patch, seed }: PatchSource,
  step: number,
  index: number,
  cache: PhotoCache,
): Promise<Patch> {
  if (photos.length === 0) {
    throw new GraftError('INVALID_ARGUMENT', 'photos: there are none to cut a patch from.');
  }
  const { source, place } = choosePatch(photos.length, seed, step, index);
  const file = photos[source]!;
  return { file, place, planes: cutPatch(await cache.read(file), place, patch) };
}

/** Noise that a clean image may have, of 255: less than `isVisible` calls noise. */
const mostGrain = 2.5;

/** Largest sharpening by a camera, as a multiple of what a blur removes. */
const mostSharpening = 1.5;

/**
 * Makes a clean square look as another camera would have stored it: sharpened, and with grain that
 * nobody calls noise. Downscaled photos have neither, and a sensor that knows only those takes the
 * grain of any other image for noise or rain.
 */
export function cameraFinish(
  planes: Float32Array<ArrayBuffer>,
  random: Random,
): Float32Array<ArrayBuffer> {
  const side = Math.sqrt(planes.length / 3);
  const amount = random.uniform(0, mostSharpening);
  const sharp = sharpen(planes, side, random.below(2) === 0 ? amount : 0);
  const sigma = random.uniform(0, mostGrain);
  const kind = (['white', 'grain', 'signal'] as const)[random.below(3)]!;
  return Float32Array.from(applyNoise(sharp, { width: side, height: side, sigma, kind }, random));
}

/** Adds `amount` times the difference from the weighted mean of the eight neighbours; edges are repeated. */
function sharpen(planes: Float32Array, side: number, amount: number): Float32Array {
  if (amount === 0) return planes;
  return planes.map((value, at) => {
    const column = at % side;
    const row = Math.floor(at / side) % side;
    const [up, down] = [row === 0 ? 0 : -side, row === side - 1 ? 0 : side];
    const [left, right] = [column === 0 ? 0 : -1, column === side - 1 ? 0 : 1];
    const line = (from: number) => planes[from + left]! + 2 * planes[from]! + planes[from + right]!;
    const mean = (line(at + up) + 2 * line(at) + line(at + down)) / 16;
    return Math.min(1, Math.max(0, value + amount * (value - mean)));
  });
}
