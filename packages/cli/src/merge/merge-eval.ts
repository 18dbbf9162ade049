import { type Evaluation, mergeEvaluations } from '@pip-graft/validate';
import { z } from 'zod';
import { evalResult } from '../eval/eval-result.ts';
import type { Result } from '../pipeline/run.ts';
import { shardRecord } from '../shard/shard.ts';
import { parseParts, requireAllShards, requireSame } from './check-shards.ts';
import type { Part } from './read-parts.ts';

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
