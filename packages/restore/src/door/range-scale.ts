import type { ImageRange } from '@pip-graft/onnx-graft';

/** `value · scale + shift` turns 0 … 1 into a range. */
export interface RangeScale {
  readonly scale: number;
  readonly shift: number;
}

const scales: Readonly<Record<ImageRange, RangeScale>> = {
  '0..1': { scale: 1, shift: 0 },
  '0..255': { scale: 255, shift: 0 },
  '-1..1': { scale: 2, shift: -1 },
};

/** How 0 … 1 becomes a range; one that is not known is taken for 0 … 1. */
export function rangeScale(range: ImageRange | null | undefined): RangeScale {
  return scales[range ?? '0..1'];
}
