import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError } from '@pip-graft/onnx-graft/node';
import { Random, type TensorMap } from '@pip-graft/weights';
import { type Batch, type BatchOptions, pairsOf } from '../data/batch.ts';
import { isPatchLabel } from '../data/degrade/degradations.ts';
import { makeBatch } from '../data/make-batch.ts';
import { PhotoCache } from '../data/photos.ts';
import type { PatchRestorer } from '../trainer/train-step.ts';

/** Number of patches on which each label is measured. */
export const validationPatches = 8;

/** Seed of places and degradations, independent of the run's, so that runs can be compared. */
const seed = 'validation';

/** Patches of one label to measure, with the weights of all labels. */
export interface LabelPatches {
  readonly label: string;
  readonly batch: Batch;
}

/** Images to cut patches from, which training does not use. */
export type ValidationImages = Pick<BatchOptions, 'photos' | 'pairs' | 'labels' | 'pixels'>;

/**
 * Makes the patches on which a run is measured, eight per label; the same each time.
 *
 * A label with pairs takes them from these; clean images are degraded for the others. Omits a label
 * that has neither.
 *
 * Errors: `INVALID_ARGUMENT` if no label can be measured; those of {@link makeBatch}.
 *
 * @example const set = await validationSet({ photos, labels: ['noise', 'rain'] }, 64);
 */
export async function validationSet(
  { photos, pairs, labels, pixels }: ValidationImages,
  patch: number,
): Promise<LabelPatches[]> {
  const cache = new PhotoCache(2 ** 28, pixels);
  const known = labels.filter(
    (label) => pairsOf(pairs, label) !== undefined || (photos.length > 0 && isPatchLabel(label)),
  );
  if (known.length === 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Validation: none of the labels ${labels.join(', ')} can be measured; give clean images, or pairs in a folder of each label.`,
    );
  const set: LabelPatches[] = [];
  for (const label of known) {
    const own = pairsOf(pairs, label);
    const batch = await makeBatch(
      {
        photos,
        patch,
        seed,
        batch: validationPatches,
        labels: [label],
        // Restoration is measured, whatever share of clean patches is trained on.
        clean: 0,
        flat: 0,
        partial: 0,
        mixed: 0,
        off: 0,
        ...(own ? { pairs: { [label]: own } } : {}),
      },
      0,
      cache,
    );
    set.push({ label, batch: { ...batch, weights: weightsOf(labels, label) } });
  }
  return set;
}

function weightsOf(labels: readonly string[], label: string): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(validationPatches * labels.length);
  const column = labels.indexOf(label);
  for (let at = 0; at < validationPatches; at++) weights[at * labels.length + column] = 1;
  return weights;
}

/** Errors below this count as this: 80 dB, beyond the precision of 8 bits. */
const leastError = 1e-8;

/** Results of a validation, by label. */
export interface LabelFigures {
  /** Mean PSNR over the patches of each label, in dB. */
  readonly psnr: Readonly<Record<string, number>>;
  /** Mean over the labels. */
  readonly mean: number;
  /** The restored first patch of each label: (3,P,P), 0 to 1. */
  readonly restored: Readonly<Record<string, Float32Array>>;
}

/**
 * Restores the patches of a validation set at given parameters and measures them: clipped to 0 and
 * 1, each patch separately.
 *
 * Errors: those of running the model.
 *
 * @example (await measureLabels(restorer, set, learned(state))).psnr // { noise: 28.1, rain: 30.4 }
 */
export async function measureLabels(
  restorer: Pick<PatchRestorer, 'run'>,
  set: readonly LabelPatches[],
  parameters: TensorMap,
): Promise<LabelFigures> {
  const psnr: Record<string, number> = {};
  const restored: Record<string, Float32Array> = {};
  for (const { label, batch } of set) {
    const made = (await restorer.run(batch, parameters)).map((x) => Math.min(1, Math.max(0, x)));
    const size = made.length / validationPatches;
    let sum = 0;
    for (let at = 0; at < made.length; at += size) sum += decibels(made, batch.targets, at, size);
    psnr[label] = sum / validationPatches;
    restored[label] = made.slice(0, size);
  }
  const all = Object.values(psnr);
  return { psnr, mean: all.reduce((sum, each) => sum + each, 0) / all.length, restored };
}

function decibels(made: Float32Array, target: Float32Array, from: number, size: number): number {
  let sum = 0;
  for (let i = from; i < from + size; i++) sum += (made[i]! - target[i]!) ** 2;
  return -10 * Math.log10(Math.max(leastError, sum / size));
}

/**
 * Returns keys of files by content: two files have equal keys if their bytes are equal. Reads only
 * files that are as long as another.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`.
 *
 * @returns a key for each path
 */
export async function contentKeys(paths: readonly string[]): Promise<Map<string, string>> {
  const bySize = new Map<number, Set<string>>();
  for (const path of paths) {
    const { size } = await stat(filePath(path)).catch((error: unknown) => {
      throw ioError('read', path, error);
    });
    bySize.set(size, (bySize.get(size) ?? new Set()).add(path));
  }
  const keys = new Map<string, string>();
  for (const [size, same] of bySize)
    for (const path of same)
      keys.set(path, same.size === 1 ? `${size} bytes` : `sha256:${await sha256(path)}`);
  return keys;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(filePath(path))) hash.update(part as Buffer);
  } catch (error) {
    throw ioError('read', path, error);
  }
  return hash.digest('hex');
}

/**
 * Rejects validation images that are also trained on, whatever their names.
 *
 * Errors: `INVALID_ARGUMENT` naming two files with the same bytes; `NOT_FOUND`, `READ_FAILED`.
 */
export async function requireApart(
  training: readonly string[],
  validation: readonly string[],
): Promise<void> {
  const keys = await contentKeys([...training, ...validation]);
  const learned = new Map(training.map((path) => [keys.get(path)!, path]));
  const shared = validation.filter((path) => learned.has(keys.get(path)!));
  const [first] = shared;
  if (first === undefined) return;
  const more = shared.length > 1 ? ` So do ${shared.length - 1} more.` : '';
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${first}: it holds the same image as ${learned.get(keys.get(first)!)}, which is trained on.${more} Remove it from one of the folders.`,
  );
}

/** Two parts of a list. */
export interface HeldOut<Item> {
  readonly training: Item[];
  readonly validation: Item[];
}

/**
 * Removes a share of images from training, the same ones each time. Files with the same bytes stay
 * on one side. Both sides get at least one image if two differ.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`.
 *
 * @param share in (0, 1)
 * @param fileOf returns the file that identifies an item
 */
export async function holdOut<Item>(
  items: readonly Item[],
  share: number,
  fileOf: (item: Item) => string,
): Promise<HeldOut<Item>> {
  const keys = await contentKeys(items.map(fileOf));
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keys.get(fileOf(item))!;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const order = shuffled([...groups.values()]);
  const wanted = Math.max(1, Math.round(share * items.length));
  const held = new Set<Item>();
  for (const group of order.slice(0, -1)) {
    if (held.size >= wanted) break;
    for (const item of group) held.add(item);
  }
  return {
    training: items.filter((item) => !held.has(item)),
    validation: items.filter((item) => held.has(item)),
  };
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = new Random('hold out');
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
