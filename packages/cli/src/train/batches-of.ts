import { GraftError } from '@pip-graft/onnx-graft';
import {
  type BatchOptions,
  checkBatchOptions,
  listPairs,
  listPhotos,
  type StepOptions,
} from '@pip-graft/train';
import { type DegradeRequest, degradationsOf } from './degrade-option.ts';

/** What batches are asked for from. */
export interface BatchRequest {
  readonly data: string | undefined;
  /** Folders of real pairs, by label. */
  readonly pairs: Readonly<Record<string, string>>;
  readonly options: StepOptions;
  /** Largest width times height of an image. */
  readonly pixels?: number;
  /** How patches are made; as usual where left out. */
  readonly degradations?: DegradeRequest;
}

/**
 * What the batches of a run are made of.
 *
 * Errors: `UNKNOWN_LABEL` for pairs of a label that is not among them; those of photos, pairs,
 * `degradationsOf` and `checkBatchOptions`.
 */
export async function batchesOf(
  request: BatchRequest,
  labels: readonly string[],
): Promise<BatchOptions> {
  const { patch, batch, seed } = request.options;
  const pairs = Object.fromEntries(
    await Promise.all(
      Object.entries(request.pairs).map(
        async ([label, folder]) => [label, await listPairs(folder)] as const,
      ),
    ),
  );
  const photos = request.data === undefined ? [] : await listPhotos(request.data);
  const unknown = Object.keys(pairs).find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `--pairs '${unknown}': there is no such label; the labels are ${labels.join(', ')}.`,
    );
  const batches: BatchOptions = {
    ...{ photos, patch, batch, labels, seed },
    ...(request.pixels === undefined ? {} : { pixels: request.pixels }),
    ...degradationsOf(request.degradations ?? {}, labels, Object.keys(pairs)),
    ...(Object.keys(pairs).length > 0 ? { pairs } : {}),
  };
  // Before the run writes anything.
  checkBatchOptions(batches);
  return batches;
}
