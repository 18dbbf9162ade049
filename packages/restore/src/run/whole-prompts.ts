import { cutImage, type Image, type TilePlan } from '@pip-graft/imaging';
import type { SplitPrompt } from '@pip-graft/pip-core';
import type { Session } from '@pip-graft/runtime/session';
import {
  float32Tensor,
  type TensorFeeds,
  type TypedTensor,
  type TypedTensorOf,
  toFloat32,
} from '@pip-graft/weights';
import type { ModelParts, SplitSessions } from './model-parts.ts';
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

type Matrix = TypedTensorOf<'float32'>;

/** How the rows, or the columns, of every tile take part in a prompt of the whole image. */
export interface PromptAxis {
  /** By tile, (s,h): from its h features to their part of the whole image's features resized to s. */
  readonly sample: readonly Matrix[];
  /** By tile, (h,s): from the prompt to what its h features see of the prompt resized to all. */
  readonly draw: readonly Matrix[];
}

/**
 * Returns the matrices of an axis. Both resize as ONNX's Resize does, linear with half-pixel
 * centres. Of features in several tiles, that of the tile counts where it is farthest from a cut.
 *
 * @param starts first pixels of the tiles
 * @param length pixels of a tile
 * @param whole pixels of the image, padded outside the model
 *
 * @example axisOf([0, 8], 16, 24, { scale: 2, multiple: 1, size: 4 }).sample[0]!.dims // [4, 8]
 */
export function axisOf(
  starts: readonly number[],
  length: number,
  whole: number,
  { scale, multiple, size }: Pick<SplitPrompt, 'scale' | 'multiple' | 'size'>,
): PromptAxis {
  const [features, all] = [length / scale, upTo(whole, multiple) / scale];
  const firsts = starts.map((start) => start / scale);
  const sample = firsts.map(() =>
    float32Tensor([size, features], new Float32Array(size * features)),
  );
  for (let at = 0; at < size; at++) {
    for (const [source, share] of sourcesOf(at, all, size)) {
      const tile = innermost(source, firsts, features);
      sample[tile]!.data[at * features + source - firsts[tile]!]! += share;
    }
  }
  const draw = firsts.map((first) => {
    const data = new Float32Array(features * size);
    for (let at = 0; at < features; at++) {
      for (const [source, share] of sourcesOf(first + at, size, all)) {
        data[at * size + source]! += share;
      }
    }
    return float32Tensor([features, size], data);
  });
  return { sample, draw };
}

/** Returns which of `from` pixels make pixel `at` of `to`, and their shares. */
function sourcesOf(at: number, from: number, to: number): [source: number, share: number][] {
  const place = Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5));
  const low = Math.floor(place);
  const share = place - low;
  return share === 0
    ? [[low, 1]]
    : [
        [low, 1 - share],
        [low + 1, share],
      ];
}

/** Returns the tile in which a feature is farthest from both ends. */
function innermost(source: number, firsts: readonly number[], features: number): number {
  const room = firsts.map((first) => Math.min(source - first, first + features - 1 - source));
  return room.indexOf(Math.max(...room));
}

/** Returns the next multiple of a number. */
export function upTo(side: number, multiple: number): number {
  return Math.ceil(side / multiple) * multiple;
}

/** Returns a matrix with its rows as columns. */
export function transposed({ dims: [rows = 0, columns = 0], data }: Matrix): Matrix {
  const turned = Float32Array.from(
    data,
    (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!,
  );
  return float32Tensor([columns, rows], turned);
}
