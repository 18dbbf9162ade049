import { z } from 'zod';

/** What the JSON result of a shard says of its share, for `graft merge-reports`. */
export const shardRecord = z.object({
  index: z.number().int().min(1),
  count: z.number().int().min(1),
  /** Length of the whole list. */
  total: z.number().int().min(0),
  /** Position in the whole list, one for each entry of the result that is of the list. */
  order: z.array(z.number().int().min(0)),
});

export type ShardRecord = z.infer<typeof shardRecord>;
