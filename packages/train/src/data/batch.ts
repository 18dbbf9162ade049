import type { RangeChoice } from './degrade/ranges.ts';
import type { PhotoPair } from './list-photos.ts';

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
  /** Ranges that degradations draw from, where not the usual ones. */
  readonly degrade?: RangeChoice;
  /** How many samples a label has for one of another: whole numbers, default 1 each. */
  readonly labelShares?: Readonly<Record<string, number>>;
  /** Share of clean patches under a label; default 0.1. */
  readonly clean?: number;
  /** Share of patches of one colour, degraded or not; default 0.03. */
  readonly flat?: number;
  /** Share of patches, clean or degraded, without weights, which are their own target; default 0. */
  readonly off?: number;
  /** Share of patches of a weight within 0.1 to 0.9, and as much of the way to clean; default 0.05. */
  readonly partial?: number;
  /** Share of patches with two degradations of weight 0.5 each; default 0. */
  readonly mixed?: number;
  /** Share of patches cut from their photo at half its size, where it is large enough; default 0. */
  readonly halved?: number;
  /** Share of patches that show as much of their photo as fits, at a whole fraction of its size; default 0. */
  readonly whole?: number;
  /** Share of patches whose photo is first sharpened and given faint grain, as cameras do; default 0. */
  readonly finished?: number;
  /** Share of patches, clean ones too, that were stored as a JPEG file of quality 70 to 98; default 0. */
  readonly stored?: number;
  /** Largest width times height of an image; default: that of `readImage`. */
  readonly pixels?: number;
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
  /** (B,T): how much of each label is to be taken away; 1 for one label where nothing else is asked for. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** (B,T): 1 for each label whose degradation can be seen in a patch, 0 for the others; all 0 for a clean one. */
  readonly present: Float32Array<ArrayBuffer>;
  /** The clean photo of each patch. */
  readonly files: readonly string[];
}
