import type { RangeChoice } from './degrade/ranges.ts';
import type { PhotoPair } from './list-photos.ts';

/** What batches are made of, and how. */
export interface BatchOptions {
  /** Clean photos, which are degraded for the labels without pairs. Their order matters. */
  readonly photos: readonly string[];
  /** Side of the patches in pixels. */
  readonly patch: number;
  /** Patches of a batch. */
  readonly batch: number;
  /** The adapter's labels, in its order. */
  readonly labels: readonly string[];
  readonly seed: number | string;
  /** Ranges that degradations draw from, if not the usual ones. */
  readonly degrade?: RangeChoice;
  /** Relative number of samples per label: whole numbers; default: 1 each. */
  readonly labelShares?: Readonly<Record<string, number>>;
  /** Share of clean patches under a label; default: 0.1. */
  readonly clean?: number;
  /** Share of patches of one colour, degraded or not; default: 0.03. */
  readonly flat?: number;
  /** Share of patches without weights, clean or degraded, whose target is the input; default: 0. */
  readonly off?: number;
  /**
   * Share of patches with a weight of 0.1 to 0.9 and a target that far on the way to clean;
   * default: 0.05.
   */
  readonly partial?: number;
  /** Share of patches with two degradations of weight 0.5 each; default: 0. */
  readonly mixed?: number;
  /** Share of patches cut from their photo at half its size, if it is large enough; default: 0. */
  readonly halved?: number;
  /**
   * Share of patches that show as much of their photo as fits, at a whole fraction of its size;
   * default: 0.
   */
  readonly whole?: number;
  /**
   * Share of patches sharpened and given faint grain before degrading, as by cameras; default: 0.
   */
  readonly finished?: number;
  /** Share of patches, clean ones too, stored as JPEG of quality 70 to 98; default: 0. */
  readonly stored?: number;
  /** Largest width times height of an image; default: that of `readImage`. */
  readonly pixels?: number;
  /** Pairs of degraded and clean images, by label: for these labels, photos are not degraded. */
  readonly pairs?: Readonly<Record<string, readonly PhotoPair[]>>;
}

/** A mixed batch: B patches of side P, T labels. */
export interface Batch {
  readonly step: number;
  /** (B,3,P,P), 0 to 1: inputs of the network, with the values of 8-bit files. */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** (B,3,P,P), 0 to 1: what the network should return. */
  readonly targets: Float32Array<ArrayBuffer>;
  /** (B,T): how much of each label to remove; 1 for one label unless options say otherwise. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** (B,T): 1 for each label whose degradation is visible in a patch, else 0; all 0 if clean. */
  readonly present: Float32Array<ArrayBuffer>;
  /** The clean photo of each patch. */
  readonly files: readonly string[];
}
