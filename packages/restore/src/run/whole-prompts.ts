import { cutImage, type Image, type TilePlan } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { float32Tensor, type TensorFeeds, type TypedTensor, toFloat32 } from '@pip-graft/weights';
import type { ModelParts, SplitSessions } from './model-parts.ts';
import { axisOf, transposed, upTo } from './prompt-axis.ts';
import { feedsOf, type RestoreOptions } from './run-image.ts';

/** Options of {@link sharedPrompts}. */
interface SharingOptions extends RestoreOptions {
  readonly signal?: AbortSignal;
  /** Called after each run; there is one for every tile. */
  readonly onRun?: () => void;
}

/** What a tile is fed besides its pixels, so that it gets its part of the whole image's prompts. */
export interface TilePrompts {
  readonly session: Session;
  feeds(column: number, row: number): TensorFeeds;
}

/** Returns the halves of a model; undefined if it cannot be split, or not at these tiles. */
export async function openHalves(
  { width, height, columns, rows }: TilePlan,
  parts: ModelParts | undefined,
): Promise<SplitSessions | undefined> {
  const halves = await parts?.halves();
  const edges = [width, height, ...columns, ...rows];
  // Without a step, tiles may begin between two features.
  const fits = halves?.prompts.every(({ scale }) => edges.every((edge) => edge % scale === 0));
  return fits ? halves : undefined;
}

/**
 * Samples the skip features of a whole image, tile by tile, and returns how each tile draws its part
 * of the prompts. Costs the part of a run up to the last skip connection, for every tile.
 */
export async function sharedPrompts(
  image: Image,
  { width, height, columns, rows }: TilePlan,
  { sampling, tiling, prompts }: SplitSessions,
  options: SharingOptions,
): Promise<TilePrompts> {
  const { sizeMultiple = 1 } = options;
  const grids = prompts.map((prompt) => ({
    prompt,
    across: axisOf(columns, width, upTo(image.width, sizeMultiple), prompt),
    down: axisOf(rows, height, upTo(image.height, sizeMultiple), prompt),
    sum: new Float32Array(prompt.channels * prompt.size ** 2),
  }));
  for (const [row, y] of rows.entries()) {
    for (const [column, x] of columns.entries()) {
      options.signal?.throwIfAborted();
      const part = cutImage(image, { x, y, width, height });
      const feeds: Record<string, TypedTensor> = { ...feedsOf(sampling, part, options) };
      for (const { prompt, across, down } of grids) {
        feeds[prompt.rows] = down.sample[row]!;
        feeds[prompt.columns] = transposed(across.sample[column]!);
      }
      const made = await sampling.run(
        feeds,
        prompts.map(({ sampled }) => sampled),
      );
      for (const { prompt, sum } of grids) {
        const { data } = toFloat32(made[prompt.sampled]!);
        for (let at = 0; at < sum.length; at++) sum[at]! += data[at]!;
      }
      options.onRun?.();
    }
  }
  return {
    session: tiling,
    feeds(column, row) {
      const feeds: Record<string, TypedTensor> = {};
      for (const { prompt, across, down, sum } of grids) {
        const { channels, size } = prompt;
        feeds[prompt.sampled] = float32Tensor([channels, size, size], sum);
        feeds[prompt.rows] = down.draw[row]!;
        feeds[prompt.columns] = transposed(across.draw[column]!);
      }
      return feeds;
    },
  };
}
