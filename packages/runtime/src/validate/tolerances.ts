import type { TensorType } from '../session/typed-tensor.ts';

/** Limits of the checks that compare numbers. Relative ones are against the largest absolute value of the host's tensor. */
export interface Tolerances {
  /**
   * Host against neutral graft at optimisation level `all`, relative: onnxruntime
   * fuses and lays out the two graphs differently, which changes the last bits of
   * each layer.
   */
  readonly neutral: number;
  /** The same at level `basic`, where the graph is computed as written. */
  readonly neutralBasic: number;
  /** Mixture of two labels against its definition, relative: one rounding per product and sum. */
  readonly mixture: number;
  /** A row of a batch against the row alone, relative: a kernel may add up in another order. */
  readonly batch: number;
}

/** Limits by the type the model computes its pictures in. */
export function tolerancesFor(type: TensorType): Tolerances {
  if (type !== 'float16') {
    return { neutral: 1e-4, neutralBasic: 0, mixture: 1e-5, batch: 1e-5 };
  }
  // The CPU computes float16 in float32 between casts, and drops pairs of casts
  // where the graph lets it, so that roundings (5e-4 each) may fall in other
  // places. Measured on NAFNet and Restormer: 0 at strength 0, 6e-4 in batches.
  // Prompts are mixed in float32 whatever the host's type.
  return { neutral: 5e-3, neutralBasic: 5e-3, mixture: 1e-5, batch: 5e-3 };
}
