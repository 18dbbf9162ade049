import { z } from 'zod';
import { madeSchema } from '../convert/cache/entry.ts';
import type { Outcome } from '../convert/outcome.ts';
import type { Result } from '../pipeline/run.ts';
import { shardRecord } from '../shard/shard.ts';
import { parseParts, requireAllShards, requireSame } from './check-shards.ts';
import type { Part } from './read-parts.ts';

const converted = z.looseObject({
  format: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  frozen: z.boolean(),
  jobs: z.array(
    z.looseObject({
      name: z.string(),
      status: z.enum(['built', 'cached', 'failed', 'skipped']),
      output: z.string(),
      placed: z.boolean(),
      notes: z.array(z.string()),
      milliseconds: z.number(),
      failure: z
        .strictObject({ code: z.string(), message: z.string(), exit: z.int().min(0).max(255) })
        .nullable(),
    }),
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
  const jobs = placed.map(({ job }) => job);
  const outcomes = jobs.map(outcomeOf);
  const exit = jobs.find(({ status }) => status === 'failed')?.failure?.exit ?? 0;
  const count = (status: string) => jobs.filter((job) => job.status === status).length;
  const counts = (['built', 'cached', 'failed', 'skipped'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${status}`);
  const failures = jobs.flatMap(({ name, failure }) =>
    failure === null ? [] : [`${name}: ${failure.message}`],
  );
  const { format, tool, frozen } = first;
  return {
    json: {
      format,
      tool,
      status: exit === 0 ? 'passed' : 'failed',
      frozen,
      jobs: jobs.map(timeless),
    },
    outcomes,
    text: [...failures, `${jobs.length} jobs: ${counts.join(', ')}`].join('\n'),
    exit,
  };
}

type Job = z.infer<typeof converted>['jobs'][number];

/** A job's result without its time, as a single run prints it. */
function timeless({ milliseconds: _, ...job }: Job): unknown {
  const gates = (job as { gates?: readonly { readonly milliseconds?: number }[] }).gates;
  if (gates === undefined) return job;
  return { ...job, gates: gates.map(({ milliseconds: __, ...gate }) => gate) };
}

function outcomeOf(job: Job): Outcome {
  const { name, status, output, placed, notes, failure, milliseconds } = job;
  const made = madeSchema.safeParse(job);
  const files = made.success ? made.data : null;
  return { name, status, output, placed, notes, failure, milliseconds, made: files };
}
