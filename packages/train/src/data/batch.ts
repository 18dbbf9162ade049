import { GraftError } from '@pip-graft/onnx-graft';
import {
  checkRanges,
  isPatchLabel,
  patchDegradations,
  type RangeChoice,
} from './degrade/degradations.ts';
import type { PhotoPair } from './photos.ts';

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
  /**
   * Photos that show a label's degradation as they are, by label, for a sensor: half of the label's
   * degraded patches are cut from these. No clean counterpart is known, so their target is the input.
   */
  readonly examples?: Readonly<Record<string, readonly string[]>>;
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

/** Shares of kinds of patches, each 0 to 1; the rest have one degradation of weight 1. */
export type KindShares = Required<
  Pick<BatchOptions, 'clean' | 'flat' | 'off' | 'partial' | 'mixed'>
>;

/** Returns the shares, with defaults. */
export function kindShares({
  clean = 0.1,
  flat = 0.03,
  off = 0,
  partial = 0.05,
  mixed = 0,
}: Partial<KindShares>): KindShares {
  return { clean, flat, off, partial, mixed };
}

/**
 * Rejects options that no batch can be made with, without opening a photo.
 *
 * Errors: `INVALID_ARGUMENT`; `UNKNOWN_LABEL` for a label that has neither pairs nor a degradation.
 */
export function checkBatchOptions(options: BatchOptions): void {
  const { photos, patch, batch, labels, pairs = {} } = options;
  checkWhole('patch', patch, 1);
  checkWhole('batch', batch, 1);
  if (labels.length === 0) throw invalid('labels: there are none; give the labels to train.');
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined)
    throw invalid(`labels: '${twice}' is there twice; give each label once.`);
  for (const label of labels) {
    const known = pairsOf(pairs, label);
    if (known?.length === 0)
      throw invalid(`pairs: there are none for the label '${label}'; add some.`);
    if (known !== undefined) continue;
    if (!isPatchLabel(label)) {
      throw new GraftError(
        'UNKNOWN_LABEL',
        `No photo can be degraded for the label '${label}'; give pairs for it, or choose from ${Object.keys(patchDegradations).join(', ')}.`,
      );
    }
    if (photos.length === 0) throw invalid(`photos: there are none for the label '${label}'.`);
  }
  const foreign = Object.keys(pairs).find((label) => !labels.includes(label));
  if (foreign !== undefined) {
    throw invalid(`pairs: '${foreign}' is not a label; the labels are ${labels.join(', ')}.`);
  }
  for (const [label, files] of Object.entries(options.examples ?? {})) {
    if (!labels.includes(label))
      throw invalid(`examples: '${label}' is not a label; the labels are ${labels.join(', ')}.`);
    if (files.length === 0)
      throw invalid(`examples: there are none for the label '${label}'; add some.`);
  }
  checkShares(options);
  checkRanges(options.degrade ?? {});
}

function checkShares(options: BatchOptions): void {
  const { labels, pairs, labelShares = {} } = options;
  for (const [label, share] of Object.entries(labelShares)) {
    if (!labels.includes(label))
      throw invalid(
        `label-shares: '${label}' is not a label; the labels are ${labels.join(', ')}.`,
      );
    checkWhole(`label-shares: '${label}'`, share, 1);
  }
  const shares = kindShares(options);
  const { halved = 0, whole = 0, finished = 0, stored = 0 } = options;
  for (const [kind, share] of Object.entries({ ...shares, halved, whole, finished, stored })) {
    if (!(share >= 0 && share <= 1))
      throw invalid(`${kind}: a share is from 0 to 1, not ${share}.`);
  }
  const all = shares.clean + shares.flat + shares.off + shares.partial + shares.mixed;
  if (all > 1)
    throw invalid(
      `clean, flat, off, partial and mixed: together they are ${+all.toFixed(6)}; give at most 1.`,
    );
  if (halved + whole > 1)
    throw invalid(
      `halved and whole: together they are ${+(halved + whole).toFixed(6)}; give at most 1.`,
    );
  const made = labels.filter((label) => pairsOf(pairs, label) === undefined);
  if (shares.mixed > 0 && made.length < 2)
    throw invalid('mixed: it takes two labels without pairs; leave it at 0 or add labels.');
}

/** Returns the pairs of a label; undefined without pairs. */
export function pairsOf(pairs: BatchOptions['pairs'], label: string) {
  return pairs !== undefined && Object.hasOwn(pairs, label) ? pairs[label] : undefined;
}

/** Returns all images that batches may draw, each once. */
export function imagesOf({
  photos,
  pairs = {},
  examples = {},
}: Pick<BatchOptions, 'photos' | 'pairs' | 'examples'>): ReadonlySet<string> {
  const paired = Object.values(pairs).flat();
  return new Set([
    ...photos,
    ...paired.flatMap(({ input, target }) => [input, target]),
    ...Object.values(examples).flat(),
  ]);
}

/** Rejects anything but a whole number from `least`. Errors: `INVALID_ARGUMENT`. */
export function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw invalid(`${name}: expected a whole number from ${least}, not ${value}.`);
}

function invalid(message: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', message);
}
