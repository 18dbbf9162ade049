import type { Degradation } from '@pip-graft/imaging';

/** A degraded image and its clean target. */
export interface Pair {
  /** File name without extension. */
  readonly name: string;
  /** Path of the degraded image; null if it is made from the clean one. */
  readonly input: string | null;
  /** Path of the clean image. */
  readonly target: string;
}

/** A degradation to apply to clean images; see `amounts` for the unit of `amount`. */
export interface SyntheticDegradation {
  readonly degradation: Degradation;
  readonly amount: number;
}

/** Images averaged together: a folder of pairs, or a folder of clean images and a degradation. */
export interface Task {
  /** Path relative to the searched folder, joined by `/`, then the degradation, as in `kodak24/noise:25`. */
  readonly name: string;
  readonly pairs: readonly Pair[];
  readonly degrade?: SyntheticDegradation;
}

/** An image that could not be measured, and why. */
export interface Problem {
  readonly task: string;
  readonly image: string;
  readonly reason: string;
}
