import { GraftError } from '@pip-graft/onnx-graft';
import type { BatchOptions } from './batch.ts';
import { checkRanges } from './degrade/check-range.ts';
import { isPatchLabel, patchDegradations } from './degrade/patch-degradations.ts';
import { kindShares } from './sample-kind.ts';

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
    throw invalid(`labels: "${twice}" is there twice; give each label once.`);
  for (const label of labels) {
    const known = pairsOf(pairs, label);
    if (known?.length === 0) throw invalid(`pairs: those of "${label}" are none; add some.`);
    if (known !== undefined) continue;
    if (!isPatchLabel(label)) {
      throw new GraftError(
        'UNKNOWN_LABEL',
        `No photo can be degraded for the label "${label}"; give pairs for it, or choose from ${Object.keys(patchDegradations).join(', ')}.`,
      );
    }
    if (photos.length === 0) throw invalid(`photos: there are none for the label "${label}".`);
  }
  const foreign = Object.keys(pairs).find((label) => !labels.includes(label));
  if (foreign !== undefined) {
    throw invalid(`pairs: "${foreign}" is no label; the labels are ${labels.join(', ')}.`);
  }
  checkShares(options);
  checkRanges(options.degrade ?? {});
}

function checkShares(options: BatchOptions): void {
  const { labels, pairs, labelShares = {} } = options;
  for (const [label, share] of Object.entries(labelShares)) {
    if (!labels.includes(label))
      throw invalid(`labelShares: "${label}" is no label; the labels are ${labels.join(', ')}.`);
    checkWhole(`labelShares: "${label}"`, share, 1);
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

/** Rejects anything but a whole number from `least`. Errors: `INVALID_ARGUMENT`. */
export function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw invalid(`${name}: expected a whole number from ${least}, not ${value}.`);
}

function invalid(message: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', message);
}
