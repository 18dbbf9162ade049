import { GraftError, own } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import { applyNoise } from './degrade/gaussian-noise.ts';
import type { Photo, PhotoCache } from './photos.ts';

/**
 * Smallest visible change of a patch: root mean square of the change, of 255. Noise of deviation 3;
 * haze or darkness that moves values by a 25th of their range; blur and blocks that remove what
 * little detail there was change no more.
 */
const least: Readonly<Record<string, number>> = { noise: 3, haze: 10, 'low-light': 10, rain: 4 };
const leastOfOthers = 3;

/**
 * Whether a degradation is visible in a patch. It is not if it is faint, or if there is nothing to
 * change, such as for blur in a flat sky: a sensor must not learn to find it there.
 *
 * @param clean as long as `degraded`, 0 to 1
 */
export function isVisible(label: string, clean: Float32Array, degraded: Float32Array): boolean {
  let squares = 0;
  for (let at = 0; at < clean.length; at++) squares += (degraded[at]! - clean[at]!) ** 2;
  const change = 255 * Math.sqrt(squares / clean.length);
  return change >= (own(least, label) ?? leastOfOthers);
}

/** Makes a patch of one colour in 8 bits, (3,P,P); half of all such patches are grey. */
export function flatPatch(patch: number, random: Random): Float32Array<ArrayBuffer> {
  const levels = Array.from({ length: 3 }, () => random.below(256));
  const grey = random.below(2) === 0;
  const size = patch * patch;
  return Float32Array.from(
    { length: 3 * size },
    (_, at) => levels[grey ? 0 : Math.floor(at / size)]! / 255,
  );
}

/** Where a patch is in a photo, and how it is turned; chosen before the photo's size is known. */
export interface PatchPlace {
  /** Position between the leftmost and the rightmost place, in [0, 1). */
  readonly across: number;
  /** Position between the uppermost and the lowest place, in [0, 1). */
  readonly down: number;
  /** Whether left and right are swapped, after the turns. */
  readonly flip: boolean;
  /** Quarter turns clockwise, 0 to 3. */
  readonly turns: number;
}

/** Draws a place in a photo: all places and all eight orientations are equally likely. */
export function drawPlace(random: Random): PatchPlace {
  const [across, down] = [random.uniform(), random.uniform()];
  return { across, down, flip: random.below(2) === 1, turns: random.below(4) };
}

/**
 * Cuts a square of a photo as float32 planes (3,S,S) in 0 to 1, S = patch + 2 · margin.
 *
 * Blur reads the margin around the patch; outside the photo, the margin is mirrored.
 *
 * @param scale a whole number: the photo is first made this many times smaller, and `place` refers
 * to all of it
 *
 * Errors: `INVALID_ARGUMENT` for a photo smaller than the patch.
 *
 * @example cutPatch(photo, { across: 0, down: 0, flip: false, turns: 0 }, 128) // the upper left
 */
export function cutPatch(
  photo: Photo,
  place: PatchPlace,
  patch: number,
  margin = 0,
  scale = 1,
): Float32Array<ArrayBuffer> {
  if (scale > 1) return shrink(cutPatch(photo, place, scale * patch, scale * margin), scale);
  requirePatch(photo, patch);
  const { width, height, data, top } = photo;
  const left = Math.floor(place.across * (width - patch + 1)) - margin;
  const upper = Math.floor(place.down * (height - patch + 1)) - margin;
  const side = patch + 2 * margin;
  const columns = Array.from({ length: side }, (_, x) => mirrored(left + x, width));
  const rows = Array.from({ length: side }, (_, y) => mirrored(upper + y, height) * width);
  const planes = new Float32Array(3 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let [column, row] = [place.flip ? side - 1 - x : x, y];
      for (let turn = 0; turn < place.turns; turn++) [column, row] = [row, side - 1 - column];
      const from = rows[row]! + columns[column]!;
      for (let plane = 0; plane < 3; plane++) {
        planes[(plane * side + y) * side + x] = data[plane * width * height + from]! / top;
      }
    }
  }
  return planes;
}

/** Requires a photo that a patch fits into. Errors: `INVALID_ARGUMENT`. */
export function requirePatch(
  { file, width, height }: Pick<Photo, 'file' | 'width' | 'height'>,
  patch: number,
): void {
  if (width >= patch && height >= patch) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${file}: the photo is ${width}x${height}, smaller than the patch of ${patch}x${patch}; choose a smaller patch or remove this photo.`,
  );
}

/** Makes square planes `scale` times smaller: the mean of each `scale` by `scale` pixels. */
function shrink(planes: Float32Array, scale: number): Float32Array<ArrayBuffer> {
  const side = Math.sqrt(planes.length / 3);
  const small = side / scale;
  const sums = new Float32Array(3 * small * small);
  for (let row = 0; row < 3 * side; row++) {
    const to = Math.floor(row / scale) * small;
    for (let column = 0; column < side; column++)
      sums[to + Math.floor(column / scale)]! += planes[row * side + column]!;
  }
  return sums.map((sum) => sum / (scale * scale));
}

/** Returns the patch inside its margin. */
export function cutMargin(
  planes: Float32Array,
  patch: number,
  margin: number,
): Float32Array<ArrayBuffer> {
  const side = patch + 2 * margin;
  const inner = new Float32Array(3 * patch * patch);
  for (let row = 0; row < 3 * patch; row++) {
    const [plane, y] = [Math.floor(row / patch), row % patch];
    const from = (plane * side + y + margin) * side + margin;
    inner.set(planes.subarray(from, from + patch), row * patch);
  }
  return inner;
}

/**
 * Returns where position `at` is if 0 … size-1 is mirrored repeatedly at both ends, without
 * repeating the ends.
 */
function mirrored(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}

/** A clean patch and its origin. */
interface Patch {
  readonly file: string;
  readonly place: PatchPlace;
  /** (3,P,P), 0 to 1. */
  readonly planes: Float32Array<ArrayBuffer>;
}

/** Photos that {@link samplePatch} chooses from, and patch size and seed. */
interface PatchSource {
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
