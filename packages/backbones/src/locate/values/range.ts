import type { ImageRange } from '@pip-graft/onnx-graft';

/** `scale · x + shift` by channel: one number for all channels, or one per channel. */
export interface Affine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

export const same: Affine = { scale: [1], shift: [0] };

/** Composition: first `inner`, then `outer`. */
export function after(outer: Affine, inner: Affine): Affine {
  return {
    scale: zip(outer.scale, inner.scale, (s, t) => s * t),
    shift: zip(
      zip(outer.scale, inner.shift, (s, t) => s * t),
      outer.shift,
      (s, t) => s + t,
    ),
  };
}

export function inverse({ scale, shift }: Affine): Affine {
  return { scale: scale.map((s) => 1 / s), shift: zip(shift, scale, (t, s) => -t / s) };
}

/** The same with the channels reversed. */
export function reversed({ scale, shift }: Affine): Affine {
  return { scale: scale.toReversed(), shift: shift.toReversed() };
}

/** The mean over channels. */
export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function zip(
  a: readonly number[],
  b: readonly number[],
  f: (a: number, b: number) => number,
): number[] {
  const length = Math.max(a.length, b.length);
  const at = (list: readonly number[], i: number): number => list[list.length === 1 ? 0 : i]!;
  return Array.from({ length }, (_, i) => f(at(a, i), at(b, i)));
}

/** The values that an operation before a network turns into about 0 to 1, or -1 to 1. */
export interface Taken {
  /** null if the operation fits more than one range, and a run must tell. */
  readonly range: ImageRange | null;
  /** The operation's numbers, if they fit none of the ranges. */
  readonly odd?: { readonly zero: number; readonly size: number };
}

/** The values that become 0. */
export function zeroOf({ scale, shift }: Affine): number[] {
  return shift.map((one, at) => -one / (scale[scale.length === 1 ? 0 : at] ?? 1));
}

/**
 * The range of an image that a network prepares by `affine`.
 *
 * @param isUndone whether the network undoes it at its end, so that it is not a scale of its own
 */
export function rangeBefore(affine: Affine, isUndone: boolean): Taken {
  const scale = meanOf(affine.scale);
  const zero = meanOf(zeroOf(affine));
  const size = 1 / scale;
  const odd: Taken = { range: null, odd: { zero, size } };
  const open: Taken = { range: null };
  if (!(scale > 0)) return open;
  // What only adds 1 prepares a logarithm.
  if (near(zero, -1)) return near(size, 1) ? open : { range: '-1..1' };
  if (scale > 64 && zero >= 0 && zero < 1) return { range: '0..1' };
  if (isSmall(zero, size)) {
    if (size >= 50) return deep(size) ?? (isByte(size) ? { range: '0..255' } : odd);
    return isUndone && size > 1.5 ? odd : open;
  }
  if (zero < 0) {
    // Three numbers make an image plain that was normalised by the statistics of its channels.
    const isNormalised = affine.scale.length === 3 && affine.shift.length === 3;
    return isNormalised || size >= 50 || (isUndone && -zero > 0.1 * size) ? odd : open;
  }
  if (zero < 225 && size <= 260 && (zero > 30 || size > 33)) return { range: '0..255' };
  // Minus a half, over a half.
  if (size > 260 && near(zero, size)) return deep(2 * size) ?? odd;
  if (size > 260 || zero >= 225) return odd;
  return { range: scale >= 1 && zero > 0.2 && zero < 0.8 ? '0..1' : null };
}

/** Without a mean, only the largest byte, or half of it, differs clearly from any other factor. */
function isByte(size: number): boolean {
  return near(size, 255) || near(size, 127.5);
}

function deep(size: number): Taken | undefined {
  if (near(size, 1023)) return { range: '0..1023' };
  return near(size, 65_535) ? { range: '0..65535' } : undefined;
}

/** The range whose bounds a graph shows at its end. */
export function rangeWithin([low, high]: readonly [number, number]): ImageRange | null {
  if (near(high, 1) && Math.abs(low) < 0.01) return '0..1';
  if (near(high, 1) && near(low, -1)) return '-1..1';
  if (Math.abs(low) >= 1) return null;
  return high > 250 && high < 257 ? '0..255' : (deep(high)?.range ?? null);
}

export function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.02 * Math.max(1, Math.abs(b));
}

type Odd = NonNullable<Taken['odd']>;

/** Explains values at the input that no range has, and what to do. */
export function oddInput({ zero, size }: Odd): string {
  const move = zero > 0 ? `subtracts ${short(zero)} from` : `adds ${short(-zero)} to`;
  const steps = [
    ...(isSmall(zero, size) ? [] : [`${move} the image`]),
    ...(near(size, 1)
      ? []
      : [`divides ${isSmall(zero, size) ? 'the image' : 'it'} by ${short(size)}`]),
  ];
  const taken = `takes values of ${short(zero)} to ${short(zero + size)}`;
  // Around a mean, the largest value cannot be told.
  const so = isSmall(zero, size) || zero < 0 ? `so it ${taken}, which is` : 'for values that are';
  return `its graph ${steps.join(' and ')}, ${so} not supported; ${whatToDo}`;
}

/** The same for values at the output, which the inverse operation makes. */
export function oddOutput({ zero, size }: Odd): string {
  const made = `${short(zero)} to ${short(zero + size)}`;
  return `its graph multiplies its result by ${short(size)}, so it makes values of ${made}, which is not supported; ${whatToDo}`;
}

const whatToDo =
  'export it without that and without what undoes it, so that it takes and makes 0 to 1, or pass the range (--range) if it works in 0..1, 0..255 or -1..1.';

function isSmall(zero: number, size: number): boolean {
  return Math.abs(zero) < 0.01 * size;
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}
