import type { Host } from '@pip-graft/graft';
import { GraftError } from '@pip-graft/onnx-graft';
import { openDoor } from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import {
  type BatchOptions,
  checkBatchOptions,
  type KindShares,
  kindShares,
} from '../data/batch.ts';
import { checkRanges, isPatchLabel, rangesOf } from '../data/degrade/degradations.ts';
import { listPairs, listPhotos } from '../data/photos.ts';
import type { StepOptions } from '../trainer/train-options.ts';

/** How patches are made. */
type PatchChoice = Pick<
  BatchOptions,
  'degrade' | 'labelShares' | 'halved' | 'whole' | keyof KindShares
>;

/** Images that a run learns from, and how patches are made. */
export interface DataRequest extends PatchChoice {
  /** Folder of clean images. */
  readonly data?: string | undefined;
  /** Folders of real pairs, by label. */
  readonly pairs?: Readonly<Record<string, string>> | undefined;
  /** Largest width times height of an image. */
  readonly pixels?: number | undefined;
}

/**
 * Returns what the batches of a run are made of.
 *
 * Errors: `UNKNOWN_LABEL` for pairs of a label that is not one of `labels`; `INVALID_ARGUMENT` for
 * a range of a label that no image is degraded for; those of images, pairs and `checkBatchOptions`.
 */
export async function trainingData(
  request: DataRequest,
  labels: readonly string[],
  { patch, batch, seed }: Pick<StepOptions, 'patch' | 'batch' | 'seed'>,
): Promise<BatchOptions> {
  const { data, pixels } = request;
  const pairs = Object.fromEntries(
    await Promise.all(
      Object.entries(request.pairs ?? {}).map(
        async ([label, folder]) => [label, await listPairs(folder)] as const,
      ),
    ),
  );
  const photos = data === undefined ? [] : await listPhotos(data);
  const paired = Object.keys(pairs);
  const unknown = paired.find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `pairs '${unknown}': there is no such label; the labels are ${labels.join(', ')}.`,
    );
  const batches: BatchOptions = {
    photos,
    patch,
    batch,
    labels,
    seed,
    ...(pixels === undefined ? {} : { pixels }),
    ...patchChoice(request, labels, paired),
    ...(paired.length > 0 ? { pairs } : {}),
  };
  // Checked before the run writes anything.
  checkBatchOptions(batches);
  return batches;
}

/**
 * Returns the complete options of patches, with every range of the labels that images are degraded
 * for, for the training record.
 *
 * Errors: `INVALID_ARGUMENT` for a range that makes no sense, or of a label that no image is
 * degraded for; `UNKNOWN_LABEL` for a label without a degradation.
 *
 * @param paired labels with real pairs, for which no image is degraded
 */
export function patchChoice(
  choice: PatchChoice,
  labels: readonly string[],
  paired: readonly string[] = [],
): PatchChoice {
  const { degrade = {}, halved = 0, whole = 0, labelShares } = choice;
  checkRanges(degrade);
  const made = labels.filter((label) => isPatchLabel(label) && !paired.includes(label));
  const other = Object.keys(degrade).find((label) => !made.includes(label));
  if (other !== undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `degrade ${other}: no image is degraded for ${other} in this run, only for ${made.join(', ') || 'nothing'}; omit it.`,
    );
  const ranges = Object.entries(rangesOf(degrade)).filter(([label]) => made.includes(label));
  return {
    degrade: Object.fromEntries(ranges),
    ...kindShares(choice),
    halved,
    whole,
    ...(labelShares ? { labelShares } : {}),
  };
}

/**
 * Requires values of 0 to 1, which training feeds, of a host whose graph does not show its range,
 * by running it on a small natural image. The output of a network of random weights passes.
 *
 * Errors: `UNSUPPORTED_HOST` for another range; those of `createSession`.
 */
export async function requireRange({ model, located }: Host): Promise<void> {
  const { image, sizeMultiple } = located;
  if (!image || (image.values.input.range && image.values.output.range)) return;
  const { label } = model.source;
  const session = await createSession(model, { label });
  try {
    const { door } = await openDoor(
      session,
      { ...image, output: image.output ?? null },
      { sizeMultiple, untrained: true },
    );
    const range = [door.values?.input.range, door.values?.output.range].find(
      (one) => one && one !== '0..1',
    );
    if (range)
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `${label}: training feeds values of 0 to 1, and on a natural image this host works in ${range}; export it with the conversion inside, so that it takes and makes 0 to 1.`,
      );
  } finally {
    await session.release();
  }
}
