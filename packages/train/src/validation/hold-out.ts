import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError } from '@pip-graft/onnx-graft/node';
import { Random } from '@pip-graft/weights';

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
    `${first}: it holds the same image as ${learned.get(keys.get(first)!)}, which is trained on.${more} Take it out of one of the folders.`,
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
