import type { GraphFacts, SampleSizes } from '@pip-graft/onnx-graft';
import { sameSize } from './image-tensors.ts';
import type { ImageTensors } from './located.ts';

/** Primes larger than any attention window, and different, to tell rows from columns. */
const primes = { height: 1009, width: 1013 };

/** Factors to try beyond the lowest resolution: attention windows of 7 or 8 pixels on it. */
const windows = [1, 2, 4, 7, 8, 14, 16];

/**
 * The number that rows and columns must be multiples of. Found by running the model's shape
 * arithmetic at sizes that are multiples of 1, 2, 4, … and of nothing else, until there is no
 * contradiction and the output has the expected size. For a model of fixed sizes it is the lowest
 * resolution, or 1 if the model visibly pads its image.
 */
export function sizeMultipleOf(facts: GraphFacts, image: ImageTensors, deepest: number): number {
  const base = Math.max(1, Math.round(deepest));
  const expected = ratio(facts, image, facts.sizes);
  const fixed =
    image.height !== undefined || image.width !== undefined || facts.builtInSize !== undefined;
  if (fixed && padsItself(facts)) return 1;
  if (fixed || expected === undefined || facts.sample.conflicts.length > 0) return base;
  const divisors = Array.from({ length: base }, (_, i) => i + 1).filter((n) => base % n === 0);
  for (const factor of [...divisors, ...windows.map((window) => window * base)]) {
    const sizes = { batch: 1, height: primes.height * factor, width: primes.width * factor };
    if (ratio(facts, image, sizes) === expected) return factor;
  }
  return base;
}

/**
 * Output rows divided by input rows; undefined if the sizes contradict or the output is unknown.
 */
function ratio(facts: GraphFacts, image: ImageTensors, sizes: SampleSizes): number | undefined {
  const shapes = sizes === facts.sizes ? facts.sample : facts.at(sizes);
  const out = shapes.values.get(image.output ?? '');
  const axes = assembledLayout(facts, image) ?? out?.axes;
  const [row, column] = [axes?.indexOf('H') ?? -1, axes?.indexOf('W') ?? -1];
  if (shapes.conflicts.length > 0 || row < 0 || column < 0 || !out?.dims) return undefined;
  const rows = out.dims[row]! / sizes.height;
  return rows === out.dims[column]! / sizes.width ? rows : undefined;
}

/** The layout of an output that a wrapper has assembled and that has lost its axes. */
function assembledLayout(facts: GraphFacts, { input, layout, output = '' }: ImageTensors) {
  const dims = facts.sample.values.get(output)?.dims;
  if (facts.networkImage === undefined || dims === undefined) return undefined;
  return sameSize(facts, dims, { name: input, layout });
}

function padsItself({ reference }: GraphFacts): boolean {
  if (reference === undefined) return false;
  const { image, height, width } = reference;
  return height > image.height || width > image.width;
}
