import { type GraphFacts, mainImage, type ValueFact } from '@pip-graft/onnx-graft';

/** Smallest tile: below this, no network has enough context. */
export const minimumTile = 64;

/**
 * Bytes that a model may use for one run. Fixed, so that machines with enough memory cut the same image
 * into the same tiles: NAFNet of width 32 restores 12 megapixels in less than 3 GB, including the
 * image, the result and the runtime.
 */
export const tileBudget = 2 * 1024 ** 3;

/** Share of the free memory to use: other processes need some, and the estimate may be low. */
const share = 0.5;

/**
 * The longest side of tiles that fit in memory; Infinity if the whole image fits.
 *
 * @param memory bytes per pixel that the model needs, free bytes, and the size multiple
 *
 * @example autoTile(image, { bytesPerPixel: 2656, available: 16e9 }) // 899 for 4000x3000
 */
export function autoTile(
  image: { readonly width: number; readonly height: number },
  memory: {
    readonly bytesPerPixel: number;
    readonly available: number;
    readonly sizeMultiple?: number;
    /** Whether only the free memory may force tiles. */
    readonly whole?: boolean;
  },
): number {
  const { bytesPerPixel, available, sizeMultiple = 1, whole = false } = memory;
  const budget = whole ? available * share : Math.min(tileBudget, available * share);
  const pixels = budget / bytesPerPixel;
  if (image.width * image.height <= pixels) return Number.POSITIVE_INFINITY;
  const side = Math.floor(Math.sqrt(pixels) / sizeMultiple) * sizeMultiple;
  return Math.max(side, Math.ceil(minimumTile / sizeMultiple) * sizeMultiple);
}

/** All other types count as float32; so does float16, which the CPU computes in float32 (measured: same memory). */
const widths: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  uint64: 8,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Memory that onnxruntime uses relative to the live tensors: copies in other layouts, workspaces, holes
 * in its arena. Measured with 1.30.0 on the CPU, second run at 512x512 or 1024x1024, without a plan of
 * one block (see native-session.ts): unet 1.7, NAFNet 2.8, Restormer 3.5.
 */
export const runtimeOverhead = 4;

/**
 * Estimates how many bytes a model needs per pixel of an image: the largest sum of live tensors when
 * nodes run in file order, times {@link runtimeOverhead}.
 *
 * Uses only shapes, so every machine gets the same result. An estimate for choosing tiles, not a bound.
 * Zero for a model without an image input.
 *
 * @example bytesPerPixel(graphFacts(model)) // 2656 for NAFNet of width 32
 */
export function bytesPerPixel(facts: GraphFacts): number {
  const { graph } = facts.model;
  const lastUse = new Map<string, number>();
  for (const { index, inputs } of graph.nodes) {
    for (const value of [...inputs, ...(facts.captures.get(index) ?? [])]) {
      lastUse.set(value, index);
    }
  }
  const sizes = new Map<string, number>();
  let live = 0;
  let peak = 0;
  for (const { index, inputs, outputs } of graph.nodes) {
    // Values of unknown shape count as large as the largest input.
    const largest = Math.max(0, ...inputs.map((value) => sizes.get(value) ?? 0));
    for (const value of outputs) {
      if (value === '') continue;
      const size = bytesOf(facts, value) ?? largest;
      sizes.set(value, size);
      live += size;
    }
    peak = Math.max(peak, live);
    for (const value of new Set([...inputs, ...(facts.captures.get(index) ?? [])])) {
      if (lastUse.get(value) === index) live -= sizes.get(value) ?? 0;
    }
  }
  const pixels = imagePixels(facts);
  return pixels === undefined ? 0 : (peak / pixels) * runtimeOverhead;
}

/** Pixels of the model's own image in the sample; a network inside may work on fewer. */
function imagePixels({ model, sample, sizes }: GraphFacts): number | undefined {
  const image = mainImage(model);
  const dims = image && sample.values.get(image.name)?.dims;
  if (!image || !dims) return undefined;
  const pixels = dims[image.layout.indexOf('H')]! * dims[image.layout.indexOf('W')]!;
  return Number.isNaN(pixels) ? undefined : sizes.batch * pixels;
}

/**
 * The size that a network inside resizes every image to; undefined if it works at the image's own
 * size. A tile of such an image means something else than the same part of the whole.
 *
 * @example fixedInside(graphFacts(model)) // { height: 256, width: 256 }
 */
export function fixedInside(
  facts: GraphFacts,
): { readonly height: number; readonly width: number } | undefined {
  const [batch, , height, width] = dimsOf(facts, facts.networkImage) ?? [];
  const image = mainImage(facts.model);
  const own = dimsOf(facts, image?.name);
  const isOpen = own && image && typeof own[image.layout.indexOf('H')] !== 'number';
  if (!isOpen || typeof height !== 'number' || typeof width !== 'number') return undefined;
  // A network that cuts its image into tiles has more of them in a larger image.
  const isOfImage = typeof batch !== 'object' || batch.symbol === symbolOf(own[0]);
  return isOfImage ? { height, width } : undefined;
}

type Dims = ValueFact['dims'];

function symbolOf(dim: NonNullable<Dims>[number]): string | undefined {
  return typeof dim === 'object' ? dim.symbol : undefined;
}

function dimsOf(facts: GraphFacts, value: string | undefined): Dims {
  return value === undefined ? undefined : facts.value(value)?.dims;
}

function bytesOf(facts: GraphFacts, value: string): number | undefined {
  const fact = facts.sample.values.get(value);
  const count = fact?.dims?.reduce((product, size) => product * size, 1);
  if (count === undefined || Number.isNaN(count)) return undefined;
  return count * (widths[fact?.dataType ?? 'float32'] ?? 4);
}

/**
 * Number of image pixels, along a side, per pixel of the smallest feature map; 1 without downscaling.
 * Tiles that start on its multiples fall on the same strides as the whole image, even in a network
 * that pads any size itself: NAFNet's size multiple is 1, but tiles that ignore its 16 pixels are
 * 20 dB from the whole image, the others 40 dB or more.
 *
 * @example deepestScale(graphFacts(nafnet)) // 16
 */
export function deepestScale(facts: GraphFacts): number {
  let deepest = 1;
  for (const { outputs } of facts.model.graph.nodes) {
    for (const value of outputs) {
      const scale = facts.scale(value);
      if (scale !== undefined && Number.isInteger(scale)) deepest = Math.max(deepest, scale);
    }
  }
  return deepest;
}
