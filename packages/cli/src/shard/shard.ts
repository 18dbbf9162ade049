import { z } from 'zod';
import { sha256 } from '../pipeline/sha256.ts';

/** One of several runs that share a list of work. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/** Formats a shard for file names: `2-of-8`. */
export function shardName({ index, count }: Shard): string {
  return `${index}-of-${count}`;
}

/** Schema of a shard's share in its JSON result, for `graft merge-reports`. */
export const shardRecord = z.object({
  index: z.number().int().min(1),
  count: z.number().int().min(1),
  /** Length of the whole list. */
  total: z.number().int().min(0),
  /** Positions in the whole list of the result's entries that are in the list. */
  order: z.array(z.number().int().min(0)),
});

export type ShardRecord = z.infer<typeof shardRecord>;

/** A shard's items of a list, in the order of the list, with their positions. */
export interface Share<Item> {
  readonly items: readonly Item[];
  readonly positions: readonly number[];
}

/**
 * Returns a shard's share of a list. Items are sorted by a digest of their keys and dealt out one
 * by one, so that the shares together are the list and their lengths differ by at most one. A share
 * depends only on the keys, not on the machine, the paths or the order of the list. Items with the
 * same key stay together.
 *
 * @param keyOf returns a key that is the same on every machine
 * @param shard undefined for the whole list
 */
export function shareOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  shard: Shard | undefined,
): Share<Item> {
  const positions = [...items.keys()];
  if (shard === undefined) return { items, positions };
  const keys = items.map(keyOf);
  const dealt = [...new Set(keys)].map((key) => ({ key, digest: sha256(key) }));
  dealt.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const mine = new Set(
    dealt.flatMap(({ key }, at) => (at % shard.count === shard.index - 1 ? [key] : [])),
  );
  const kept = positions.filter((at) => mine.has(keys[at]!));
  return { items: kept.map((at) => items[at]!), positions: kept };
}
