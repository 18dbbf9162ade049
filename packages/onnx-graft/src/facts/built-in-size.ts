import type { ByteSource } from '../wire/source.ts';
import type { Shapes } from './infer-shapes.ts';
import type { SampleSizes } from './sample-inputs.ts';

/** Sizes to try before giving up: each is a run of the shape arithmetic. */
const tries = 8;
/** Contradictions to look at: the first ones name the size, later ones repeat it. */
const looked = 32;

/**
 * The image size that a file was exported for, if it claims to take any size but has one built in.
 * Sizes then contradict each other wherever a constant meets the image. Each contradiction suggests
 * a size, and so does an output with a size of its own, as in a network that pads and crops by
 * constants; the size at which all agree is the result.
 *
 * @param outputs (N, C, H, W) of the outputs at `sizes`
 */
export function builtInSize(
  free: Shapes,
  sizes: SampleSizes,
  outputs: readonly (readonly number[])[],
  at: (sizes: SampleSizes) => Shapes,
): SampleSizes | undefined {
  if (free.conflicts.length === 0) return undefined;
  const heights = new Map<number, number>();
  const widths = new Map<number, number>();
  const suggest = (into: Map<number, number>, size: number): void => {
    if (Number.isInteger(size) && size > 0) into.set(size, (into.get(size) ?? 0) + 1);
  };
  for (const { sizes: pair, what } of free.conflicts.slice(0, looked)) {
    const [a, b] = pair;
    for (const [free, fixed] of [
      [a, b],
      [b, a],
    ] as const) {
      if (what === 'elements') {
        const pixels = (sizes.height * sizes.width * fixed) / free;
        suggest(heights, Math.sqrt(pixels));
        suggest(widths, Math.sqrt(pixels));
      } else {
        if (isPower(sizes.height / free)) suggest(heights, (fixed * sizes.height) / free);
        if (isPower(sizes.width / free)) suggest(widths, (fixed * sizes.width) / free);
      }
    }
  }
  const made = outputs.flatMap(([, , height, width]): SampleSizes[] =>
    Number.isInteger(height) && Number.isInteger(width)
      ? [{ batch: sizes.batch, height: height!, width: width! }]
      : [],
  );
  const suggested = candidates(ranked(heights), ranked(widths), sizes.batch);
  for (const candidate of [...made.slice(0, 1), ...suggested]) {
    if (at(candidate).conflicts.length === 0) return candidate;
  }
  return undefined;
}

function isPower(ratio: number): boolean {
  return ratio > 0 && Number.isInteger(Math.log2(ratio));
}

function ranked(counts: ReadonlyMap<number, number>): number[] {
  return [...counts].sort((a, b) => b[1] - a[1]).map(([size]) => size);
}

function candidates(
  heights: readonly number[],
  widths: readonly number[],
  batch: number,
): SampleSizes[] {
  const pairs: SampleSizes[] = [];
  if (heights[0] && widths[0]) pairs.push({ batch, height: heights[0], width: widths[0] });
  for (const size of new Set([...heights, ...widths])) {
    pairs.push({ batch, height: size, width: size });
  }
  return pairs.slice(0, tries);
}

/** Holds hundreds of small constants, which are close together among the nodes. */
const windowBytes = 64 * 1024;

/**
 * A source that reads ahead, for many small reads in rising order: a traced model has thousands of
 * constants. The result of `read` is valid only until the next `read`.
 */
export function windowedSource(source: ByteSource): ByteSource {
  const buffer = new Uint8Array(windowBytes);
  let from = 0;
  let filled = 0;
  const holds = (start: number, end: number): boolean => from <= start && end <= from + filled;
  return {
    ...source,
    read(start, end) {
      const size = end - start;
      if (size > 0 && size <= windowBytes && end <= source.size && !holds(start, end)) {
        from = start;
        // Fills stop before bytes that would have to be made.
        filled = source.fill(buffer, start);
      }
      if (!holds(start, end)) return source.read(start, end);
      return buffer.subarray(start - from, end - from);
    },
  };
}
