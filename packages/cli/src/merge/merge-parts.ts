import { type Evaluation, mergeEvaluations } from '@pip-graft/validate';
import { z } from 'zod';
import { madeSchema } from '../convert/cache/cache.ts';
import { exitOf, type Outcome } from '../convert/job/job.ts';
import { convertJson, failureLines, sentence } from '../convert/report/format-outcomes.ts';
import { evalResult } from '../eval/eval-result.ts';
import type { Result } from '../pipeline/run.ts';
import { shardRecord } from '../shard.ts';
import { type Part, parseParts, requireAllShards, requireSame } from './parts.ts';

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

/** Schema of a figure; infinities are strings, because JSON does not have them. */
const figure = z.union([z.number(), z.enum(['Infinity', '-Infinity', 'NaN'])]);
const quality = z.strictObject({ psnr: figure, ssim: figure, psnrY: figure, ssimY: figure });
const qualities = z.strictObject({
  input: quality,
  host: quality,
  grafted: quality.nullable(),
  gain: quality.nullable(),
});
const weights = z.record(z.string(), z.number());
const measured = z.looseObject({
  model: z.string(),
  base: z.string().nullable(),
  data: z.string(),
  settings: z.looseObject({ device: z.string() }),
  graft: z
    .looseObject({ adapter: z.string(), trained: z.boolean(), ownHost: z.boolean() })
    .nullable(),
  tasks: z.array(
    z.looseObject({
      name: z.string(),
      degradation: z.strictObject({ weights: weights.nullable(), by: z.string() }),
      images: z.array(z.looseObject({ name: z.string(), quality: qualities })),
      found: z.strictObject({ label: z.string(), right: z.int(), of: z.int() }).nullable(),
      mean: qualities.nullable(),
    }),
  ),
  problems: z.array(z.strictObject({ task: z.string(), image: z.string(), reason: z.string() })),
  ignored: z.array(z.string()),
  shard: shardRecord,
});

/** Merges results of `graft eval` into that of one run, and checks the average. */
export function mergeEval(
  parts: readonly Part[],
  options: { readonly perImage?: boolean; readonly minPsnr?: number },
): Result {
  const shards = parseParts(parts, measured);
  requireAllShards(shards);
  for (const name of ['model', 'base', 'data', 'settings', 'graft'] as const)
    requireSame(shards, name, (value) => value[name]);
  requireSame(shards, 'list of tasks', ({ tasks }) =>
    tasks.map(({ name, degradation }) => [name, degradation]),
  );
  const [{ value: first }, ...rest] = shards;
  const partOf = (value: z.infer<typeof measured>) => ({
    evaluation: evaluationOf(value),
    order: value.shard.order,
  });
  const found = mergeEvaluations([partOf(first), ...rest.map(({ value }) => partOf(value))]);
  const { model, base, data, ignored } = first;
  return evalResult({ model, base, data, found, ignored }, options);
}

/** Evaluation in a result; fields without a schema are passed on unchecked. */
function evaluationOf(value: z.infer<typeof measured>): Evaluation {
  const tasks = value.tasks.map((task) => ({
    ...task,
    images: task.images.map((image) => ({ ...image, quality: withNumbers(image.quality) })),
  }));
  return { ...value, tasks } as unknown as Evaluation;
}

function withNumbers(all: z.infer<typeof qualities>): object {
  const numbers = (one: z.infer<typeof quality> | null) =>
    one && Object.fromEntries(Object.entries(one).map(([key, figure]) => [key, Number(figure)]));
  return Object.fromEntries(Object.entries(all).map(([key, one]) => [key, numbers(one)]));
}

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
