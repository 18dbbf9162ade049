import { patchDegradations } from '../data/degrade/patch-degradations.ts';
import type { DegradeRanges } from '../data/degrade/ranges.ts';
import { makeBatch } from '../data/make-batch.ts';
import { type PreviewRow, previewRows, previewSheet } from '../data/preview-sheet.ts';
import { type DataRequest, trainingData } from './training-data.ts';

/** Options of {@link preview}. */
export interface PreviewRequest extends Omit<DataRequest, 'pairs'> {
  /** Labels to show; default: all that clean images can be degraded for. */
  readonly labels?: readonly string[] | undefined;
  /** Side of the patches. */
  readonly patch: number;
  readonly seed: number;
}

/** Patches as training sees them. */
export interface Preview {
  /** Ranges used. */
  readonly degrade: Partial<DegradeRanges>;
  readonly rows: readonly PreviewRow[];
  /** A contact sheet, as a PNG file. */
  readonly sheet: Buffer;
}

/** Pairs per label, if all labels have the same share. */
const columns = 8;

/**
 * Shows patches as training sees them, degraded above clean, one row per label.
 *
 * Errors: those of `trainingData`; `DEVICE_UNAVAILABLE` if sharp does not load.
 *
 * @example const { sheet } = await preview({ data: 'images/', patch: 128, seed: 0 });
 */
export async function preview(request: PreviewRequest): Promise<Preview> {
  const { patch, seed, labels = Object.keys(patchDegradations) } = request;
  const options = await trainingData(request, labels, {
    ...{ patch, seed, batch: columns * labels.length },
  });
  const rows = previewRows(options, await makeBatch(options, 0));
  const degrade = (options.degrade ?? {}) as Partial<DegradeRanges>;
  return { degrade, rows, sheet: await previewSheet(rows, patch) };
}
