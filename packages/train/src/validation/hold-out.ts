import { Random } from '@pip-graft/weights';
import { contentKeys } from './content.ts';

/** Two parts of a list. */
export interface HeldOut<Item> {
  readonly training: Item[];
  readonly validation: Item[];
}

/**
 * Takes a share of images out of training, the same ones each time. Files with the same bytes stay on
 * one side. Both sides get at least one, where there are two that differ.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`.
 *
 * @param share in (0, 1)
 * @param fileOf the file that tells two items apart
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
