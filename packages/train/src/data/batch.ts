import type { PhotoPair } from './list-pairs.ts';

/** What batches are made of. */
export interface BatchOptions {
  /** Clean photos, which are degraded for the labels without pairs. Their order counts. */
  readonly photos: readonly string[];
  /** Side of the patches in pixels. */
  readonly patch: number;
  /** Patches of a batch. */
  readonly batch: number;
  /** The adapter's labels, in its order. */
  readonly labels: readonly string[];
  readonly seed: number | string;
  /** Deviations that noise is drawn from, on the scale 0 to 255; default 15, 25 and 50. */
  readonly sigmas?: readonly number[];
  /** Pictures that are degraded already, by label: for these nothing is put onto photos. */
  readonly pairs?: Readonly<Record<string, readonly PhotoPair[]>>;
}

/** A mixed batch: B patches of side P, T labels. */
export interface Batch {
  readonly step: number;
  /** (B,3,P,P), 0 to 1: what the network is given, with the values of 8-bit files. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** (B,3,P,P), 0 to 1: what it should give. */
  readonly targets: Float32Array<ArrayBuffer>;
  /** (B,T): 1 for the label of a patch, 0 for the others. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** (B,T): 1 for each label whose degradation can be seen in a patch, 0 for the others; all 0 for a clean one. */
  readonly present: Float32Array<ArrayBuffer>;
  /** The clean photo of each patch. */
  readonly files: readonly string[];
}
