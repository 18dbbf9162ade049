import { z } from 'zod';
import { madeSchema } from '../convert/cache/entry.ts';
import { exitOf, type Outcome } from '../convert/outcome.ts';
import { convertJson, failureLines, sentence } from '../convert/report/format-outcomes.ts';
import type { Result } from '../pipeline/run.ts';
import { shardRecord } from '../shard/shard.ts';
import { parseParts, requireAllShards, requireSame } from './check-shards.ts';
import type { Part } from './read-parts.ts';

const converted = z.looseObject({
  format: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  frozen: z.boolean(),
  jobs: z.array(
    z
      .looseObject({
        name: z.string(),
        status: z.enum(['built', 'cached', 'failed', 'skipped']),
        output: z.string(),
        placed: z.boolean(),
        notes: z.array(z.string()),
        milliseconds: z.number(),
        failure: z
          .strictObject({ code: z.string(), message: z.string(), exit: z.int().min(0).max(255) })
          .nullable(),
      })
      .refine((job) => !('files' in job) || madeSchema.safeParse(job).success),
  ),
  shard: shardRecord,
});

/** Merges results of `graft convert` into that of one run, in the order of the config. */
export function mergeConvert(parts: readonly Part[]): Result & { readonly outcomes: Outcome[] } {
  const shards = parseParts(parts, converted);
  requireAllShards(shards);
  requireSame(shards, 'tool', ({ tool }) => tool);
  requireSame(shards, 'frozen', ({ frozen }) => frozen);
  const [{ value: first }] = shards;
  const placed = shards.flatMap(({ value }) =>
    value.jobs.map((job, at) => ({ position: value.shard.order[at] ?? 0, job })),
  );
  placed.sort((a, b) => a.position - b.position);
  const outcomes = placed.map(({ job }) => outcomeOf(job));
  return {
    // The shards may be of another version than this one.
    json: { ...convertJson(outcomes, first.frozen), tool: first.tool },
    outcomes,
    text: [...failureLines(outcomes), sentence(outcomes)].join('\n'),
    exit: exitOf(outcomes),
  };
}

type Job = z.infer<typeof converted>['jobs'][number];

function outcomeOf(job: Job): Outcome {
  const { name, status, output, placed, notes, failure, milliseconds } = job;
  const made = madeSchema.safeParse(job);
  const files = made.success ? made.data : null;
  // In the order of a run, for the same JSON.
  return { name, output, made: files, placed, notes, status, failure, milliseconds };
}
