/** How a parameter starts, when it is not given: drawn from a distribution, or one number everywhere. */
export type Init =
  | {
      readonly kind: 'uniform';
      readonly low: number;
      readonly high: number;
      /** Each row is drawn for this many that lie next to each other. Default 1. */
      readonly alike?: number;
    }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number };

/** A named tensor that a network needs, under the name published checkpoints give it. */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly init: Init;
  /** Nothing ever runs it: published checkpoints carry it, in whatever shape. */
  readonly unused?: boolean;
}

/**
 * Kaiming-uniform: ±gain/√fanIn. The default gain, a = √5, is the usual start of a convolution and
 * of its bias; √6 keeps the size of a signal that goes through a ReLU.
 */
export function kaiming(fanIn: number, gain = 1): Init {
  const bound = gain / Math.sqrt(fanIn);
  return { kind: 'uniform', low: -bound, high: bound };
}

/** One number everywhere. */
export function constantly(value: number): Init {
  return { kind: 'constant', value };
}
