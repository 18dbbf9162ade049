import type { Degradation } from '@pip-graft/imaging';

/** An image to restore and what it should become. */
export interface Pair {
  /** File name without extension. */
  readonly name: string;
  /** Path of the degraded image; null when it is made from the clean one. */
  readonly input: string | null;
  /** Path of the clean image. */
  readonly target: string;
}

/** A degradation to put onto clean images; `amount` as `amounts` says. */
export interface SyntheticDegradation {
  readonly degradation: Degradation;
  readonly amount: number;
}

/** Images that are averaged as one: a folder of pairs, or a folder of clean images and a degradation. */
export interface Task {
  /** Path below the folder that was searched, joined by `/`; behind it the degradation, as `kodak24/noise:25`. */
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
