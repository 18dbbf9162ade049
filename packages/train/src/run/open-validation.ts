import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import type { BatchOptions } from '../data/batch.ts';
import { listPairs, listPhotos, type PhotoPair } from '../data/list-photos.ts';
import { holdOut, requireApart } from '../validation/hold-out.ts';
import {
  type LabelPatches,
  type ValidationImages,
  validationSet,
} from '../validation/validation-set.ts';

/** Patches on which a run is validated. */
export interface OpenValidation {
  readonly set: readonly LabelPatches[];
  /** Side of the patches. */
  readonly patch: number;
  /** Number of images they are cut from. */
  readonly images: number;
}

/**
 * Reads the images on which a run is validated, and removes them from the training images.
 *
 * Errors: `INVALID_ARGUMENT` for images in both sets, by content, and for a share that leaves one
 * side empty; `UNKNOWN_LABEL` for pairs of another label; those of reading images.
 *
 * @param validate a folder, or a share of the training images
 */
export async function openValidation(
  validate: string | number,
  batches: BatchOptions,
  patch: number,
): Promise<{ readonly validation: OpenValidation; readonly batches: BatchOptions }> {
  const { labels } = batches;
  const { images, rest } =
    typeof validate === 'number'
      ? await shareOf(batches, validate)
      : { images: await imagesIn(validate, labels), rest: batches };
  await requireApart(targetsOf(rest), targetsOf(images));
  const { pixels } = batches;
  const set = await validationSet({ ...images, ...(pixels ? { pixels } : {}) }, patch);
  return {
    validation: { set, patch, images: targetsOf(images).length },
    batches: rest,
  };
}

/** Lists the clean files. */
function targetsOf({ photos, pairs = {} }: Pick<BatchOptions, 'photos' | 'pairs'>): string[] {
  const all = Object.values(pairs).flatMap((list) => list.map(({ target }) => target));
  return [...new Set([...photos, ...all])];
}

async function shareOf(
  batches: BatchOptions,
  share: number,
): Promise<{ readonly images: ValidationImages; readonly rest: BatchOptions }> {
  const need = (what: string, { training, validation }: Awaited<ReturnType<typeof holdOut>>) => {
    if (training.length > 0 && validation.length > 0) return;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `validate ${Number((share * 100).toFixed(6))}%: ${what} are too few to split; give more, or a folder to validate on.`,
    );
  };
  const { labels, pairs = {} } = batches;
  const photos = await holdOut(batches.photos, share, (file) => file);
  if (batches.photos.length > 0) need('the clean images', photos);
  const kept: Record<string, PhotoPair[]> = {};
  const held: Record<string, PhotoPair[]> = {};
  for (const [label, list] of Object.entries(pairs)) {
    const split = await holdOut(list, share, ({ target }) => target);
    need(`the pairs of ${label}`, split);
    kept[label] = split.training;
    held[label] = split.validation;
  }
  const some = Object.keys(pairs).length > 0;
  return {
    images: { photos: photos.validation, labels, ...(some ? { pairs: held } : {}) },
    rest: { ...batches, photos: photos.training, ...(some ? { pairs: kept } : {}) },
  };
}

/** Lists pairs in folders named after labels, if there are any; else clean images. */
async function imagesIn(folder: string, labels: readonly string[]): Promise<ValidationImages> {
  const names = existsSync(folder) ? await readdir(folder).catch(() => []) : [];
  const withPairs = names.filter((name) => existsSync(join(folder, name, 'input'))).sort();
  if (withPairs.length === 0) return { photos: await listPhotos(folder), labels };
  const unknown = withPairs.find((name) => !labels.includes(name));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `${join(folder, unknown)}: there is no such label; the labels are ${labels.join(', ')}.`,
    );
  const pairs: Record<string, PhotoPair[]> = {};
  for (const label of withPairs) pairs[label] = await listPairs(join(folder, label));
  return { photos: [], pairs, labels };
}
