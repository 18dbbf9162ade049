import { z } from 'zod';
import type { Result } from '../pipeline/run.ts';
import { shardRecord } from '../shard/shard.ts';
import { parseParts, requireAllShards, requireSame } from './check-shards.ts';
import type { Part } from './read-parts.ts';

const restored = z.looseObject({
  model: z.string(),
  device: z.string(),
  images: z.array(
    z.looseObject({ image: z.string(), error: z.string().nullable(), skipped: z.boolean() }),
  ),
  shard: shardRecord,
});

/** Merges results of `graft restore` into that of one run: in list order, failures last. */
export function mergeRestore(parts: readonly Part[]): Result {
  const shards = parseParts(parts, restored);
  requireAllShards(shards);
  requireSame(shards, 'model', ({ model }) => model);
  requireSame(shards, 'device', ({ device }) => device);
  const [{ value: first }] = shards;
  // Unreadable folders come after the images; every shard reports them.
  const others = new Map(
    shards.flatMap(({ value }) =>
      value.images.slice(value.shard.order.length).map((one) => [one.image, one] as const),
    ),
  );
  const placed = shards.flatMap(({ value }) =>
    value.shard.order.flatMap((position, at) => {
      const image = value.images[at];
      return image === undefined ? [] : [{ position, image }];
    }),
  );
  placed.sort((a, b) => a.position - b.position);
  const images = placed.map(({ image }) => image);
  const good = images.filter(({ error }) => error === null);
  const failed = [...images.filter(({ error }) => error !== null), ...others.values()];
  const skipped = good.filter((one) => one.skipped).length;
  const lines = [`${good.length - skipped} images restored, ${skipped} already done`];
  if (failed.length > 0) {
    lines.push(`${failed.length} of ${images.length + others.size} images failed:`);
    lines.push(...failed.map(({ error }) => `  ${error}`));
  }
  return {
    json: { model: first.model, device: first.device, images: [...good, ...failed] },
    text: lines.join('\n'),
    exit: failed.length > 0 ? 1 : 0,
  };
}
