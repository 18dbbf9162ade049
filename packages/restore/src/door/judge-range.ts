import { type ImageRange, imageRanges } from '@pip-graft/onnx-graft';
import { rangeScale } from './range-scale.ts';

/** How a model's output relates to the image it was made from: `output ≈ slope · image + shift`. */
export interface Relation {
  readonly slope: number;
  readonly shift: number;
  /** Between them, -1 to 1; 0 for an output that is the same everywhere. */
  readonly correlation: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** Share of the output below 0. */
  readonly negative: number;
  /** Share of the output that limits of 0 to 1 would change by much. */
  readonly beyond: number;
}

/** Relates an output to an image, value by value. */
export function relationOf(image: Float32Array, output: Float32Array): Relation {
  const count = output.length;
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / count;
  const [x, y] = [mean(image), mean(output)];
  let [xx, xy, yy, negative, beyond] = [0, 0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at++) {
    const value = output[at]!;
    const [a, b] = [image[at]! - x, value - y];
    xx += a * a;
    xy += a * b;
    yy += b * b;
    if (value < 0) negative++;
    if (value < -0.1 || value > 1.1) beyond++;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  return {
    slope,
    shift: y - slope * x,
    correlation: xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy),
    ...{ least, most, mean: y, negative: negative / count, beyond: beyond / count },
  };
}

/** The range that an output is in, going by what it makes of an image; undefined where it is in none. */
export function rangeOf({ slope, shift, correlation }: Relation): ImageRange | undefined {
  if (correlation < 0.7) return undefined;
  return imageRanges.find((range) => {
    const own = rangeScale(range);
    const ratio = slope / own.scale;
    // -1 to 1 is told by its shift alone: 0 to 1 moved by a half is neither.
    const near = range === '-1..1' ? 0.2 : 0.4;
    return ratio > 0.4 && ratio < 2.5 && Math.abs(shift - own.shift) < near * own.scale;
  });
}

/** Whether an output is the image with a number added that no range has: then its input's range is right. */
export function isMoved({ slope, shift, correlation }: Relation): boolean {
  return correlation > 0.9 && slope > 0.6 && slope < 1.7 && Math.abs(shift) > 0.4;
}

/**
 * Why an output cannot be taken for an image of 0 to 1; undefined where it can. With `untrained`, values that are
 * nowhere near an image pass: a network of random weights makes such.
 */
export function whyNoImage(
  relation: Relation,
  imageMean: number,
  { untrained = false }: { readonly untrained?: boolean } = {},
): string | undefined {
  const { slope, shift, correlation, least, most, mean, negative, beyond } = relation;
  const found = `on a natural image it spans ${short(least)} to ${short(most)}, with a correlation of ${short(correlation)} to the image`;
  if (least === most) return `it is ${short(least)} everywhere on a natural image`;
  const isAround0 = Math.abs(mean) < 0.2 * imageMean && negative > 0.15 && most - least < 1.5;
  if (isAround0 && correlation < 0.9) return `it looks like the residual alone: ${found}`;
  if (untrained) return undefined;
  if (correlation < 0.5 && most - least < 0.35) return `it shows nothing of the image: ${found}`;
  if (correlation > 0.8 && (slope < 0.25 || slope > 4 || Math.abs(shift) > 0.45))
    return `it is about ${short(slope)} times the image ${shift < 0 ? '-' : '+'} ${short(Math.abs(shift))}: ${found}`;
  if (beyond > 0.5 && (correlation < 0.3 || beyond > 0.8)) return found;
  return undefined;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
