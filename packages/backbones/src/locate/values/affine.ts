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
