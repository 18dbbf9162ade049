import { cutImage, type Image, type TilePlan } from '@pip-graft/imaging';
import type { Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, type SplitPrompt, splitPrompts } from '@pip-graft/pip-core';
import type { Session } from '@pip-graft/runtime/session';
import { float32Tensor, type TensorFeeds, type TypedTensor, toFloat32 } from '@pip-graft/weights';
import type { Door } from '../door/door.ts';
import { doorSession, nativeFeeds } from '../door/door-session.ts';
import { axisOf, transposed, upTo } from './prompt-axis.ts';
import { feedsOf, type RestoreOptions } from './run-image.ts';

/** The two halves of a grafted model, loaded. */
export interface SplitSessions {
  readonly sampling: Session;
  readonly tiling: Session;
  readonly prompts: readonly SplitPrompt[];
}

/** Opens the halves at the first image of several tiles, and closes them. */
export interface WholePrompts {
  /** undefined if the model cannot be split. */
  open(): Promise<SplitSessions | undefined>;
  release(): Promise<void>;
}

/** What {@link wholePrompts} splits, and how to load a half. */
export interface SplitRequest {
  readonly graft: GraftRecord | null;
  readonly steering: readonly string[];
  /** The door as it was opened. */
  readonly door: Door;
  /** Passes the model to `use`; it may be closed afterwards. */
  withModel<T>(use: (model: Model) => Promise<T>): Promise<T>;
  load(half: Model): Promise<Session>;
}

/**
 * Prepares a grafted model for tiles that share the prompts of the whole image. undefined without a
 * graft.
 */
export function wholePrompts(request: SplitRequest): WholePrompts | undefined {
  const { graft } = request;
  if (!graft || graft.sites.length === 0) return undefined;
  let opened: Promise<SplitSessions | undefined> | undefined;
  return {
    open() {
      opened ??= request
        .withModel((model) => split(model, graft, request))
        .catch((error: unknown) => {
          // With smaller tiles there may be enough memory to load them.
          opened = undefined;
          throw error;
        });
      return opened;
    },
    async release() {
      const halves = await opened?.catch(() => undefined);
      await halves?.sampling.release();
      await halves?.tiling.release();
    },
  };
}

async function split(
  model: Model,
  graft: GraftRecord,
  { door, steering, load }: SplitRequest,
): Promise<SplitSessions | undefined> {
  const image = model.graph.inputs.find(({ name }) => name === door.input);
  const [batch, channels] = image?.dims ?? [];
  const isBatch = typeof batch === 'number' && batch > 1;
  // A model of grey images runs once for each colour, and each has prompts of its own.
  const isGrey = (door.layout === 'NHWC' ? image?.dims?.[3] : channels) === 1;
  if (isBatch || isGrey || door.inParts) return undefined;
  const halves = splitPrompts(model, graft);
  if (!halves) return undefined;
  const { prompts } = halves;
  const sampling = await load(halves.sampling);
  try {
    const fed = prompts.flatMap(({ sampled, rows, columns }) => [sampled, rows, columns]);
    const own = { steering: [...steering, ...fed] };
    const tiling = doorSession(await load(halves.tiling), door, own);
    const taken = new Set(sampling.inputs.map(({ name }) => name));
    const inside: Session = {
      ...sampling,
      inputs: tiling.inputs,
      run(feeds, fetches) {
        const native = Object.entries(nativeFeeds(sampling, door, own, feeds));
        // It seldom reads the weights, and onnxruntime-web rejects what a model does not take.
        return sampling.run(
          Object.fromEntries(native.filter(([name]) => taken.has(name))),
          fetches,
        );
      },
    };
    return { sampling: inside, tiling, prompts };
  } catch (error) {
    await sampling.release();
    throw error;
  }
}

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
  prompts: WholePrompts | undefined,
): Promise<SplitSessions | undefined> {
  const halves = await prompts?.open();
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
