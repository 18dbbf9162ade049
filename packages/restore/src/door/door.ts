import type { ImageRange } from '@pip-graft/onnx-graft';
import type { HostImage } from '@pip-graft/pip-core';

/** How images get into a model and out of it. */
export interface Door extends Omit<HostImage, 'sizeMultiple'> {
  /** Why no range suits the model's values, and what to do, unless a caller chooses one. */
  readonly unfit?: string | undefined;
}

/** What a caller sets of a {@link Door}. */
export interface DoorOptions {
  /** Range of input and output values; default: what the graph or a run on an image shows. */
  readonly range?: '0..1' | '0..255' | '-1..1' | undefined;
  /** Values of other inputs, such as a noise level; default: those in the stamp. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}

/** `value · scale + shift` turns 0 … 1 into a range. */
interface RangeScale {
  readonly scale: number;
  readonly shift: number;
}

const scales: Readonly<Record<ImageRange, RangeScale>> = {
  '0..1': { scale: 1, shift: 0 },
  '0..255': { scale: 255, shift: 0 },
  '-1..1': { scale: 2, shift: -1 },
  '0..1023': { scale: 1023, shift: 0 },
  '0..65535': { scale: 65_535, shift: 0 },
};

/** Returns how 0 … 1 becomes a range; an unknown range counts as 0 … 1. */
export function rangeScale(range: ImageRange | null | undefined): RangeScale {
  return scales[range ?? '0..1'];
}
