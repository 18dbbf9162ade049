import { GraftError } from '@pip-graft/graft';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { sha256 } from './pipeline/sha256.ts';

/** Most shards: more than any scheduler runs for one job. */
const mostShards = 100_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** A scheduler's variables: the index, its first value, and the number of shards. */
interface Scheduler {
  readonly variable: string;
  readonly first: 0 | 1;
  /** Returns the number of shards; undefined if it is unknown, or the indices have gaps. */
  readonly count: (environment: Environment) => string | undefined;
}

const schedulers: readonly Scheduler[] = [
  { variable: 'JOB_COMPLETION_INDEX', first: 0, count: () => undefined },
  {
    variable: 'SLURM_ARRAY_TASK_ID',
    first: 1,
    // After `--array=3,5`, which repeats two tasks, the number of tasks is not the number of shards.
    count: (environment) => {
      const { SLURM_ARRAY_TASK_MIN: low, SLURM_ARRAY_TASK_MAX: high } = environment;
      const total = environment['SLURM_ARRAY_TASK_COUNT'];
      return low === '1' && high === total ? total : undefined;
    },
  },
  { variable: 'CI_NODE_INDEX', first: 1, count: ({ CI_NODE_TOTAL: total }) => total },
];

/**
 * Parses a shard: `2/8`, `env/8` with the index from a scheduler's variable, or `env` if the
 * scheduler also provides the number of shards. Errors: `INVALID_ARGUMENT`.
 */
export function parseShard(text: string, environment: Environment): Shard {
  const [, index = '', count] = /^(\d{1,6}|env)(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (index === 'env') return fromEnvironment(environment, count);
  if (index === '' || count === undefined)
    throw invalid(text, 'not a shard; use INDEX/COUNT such as 2/8, env/8 or env');
  return checked(Number(index), Number(count), text);
}

function fromEnvironment(environment: Environment, given: string | undefined): Shard {
  const found = schedulers.filter(({ variable }) => environment[variable] !== undefined);
  const names = found.map(({ variable }) => variable);
  const [scheduler] = found;
  if (scheduler === undefined) {
    const all = schedulers.map(({ variable }) => variable);
    throw invalid('env', `none of ${all.join(', ')} is set; use INDEX/COUNT such as 2/8`);
  }
  if (found.length > 1)
    throw invalid('env', `${names.join(' and ')} are both set; use INDEX/COUNT such as 2/8`);
  const { variable, first } = scheduler;
  const text = environment[variable]!;
  if (!/^\d{1,6}$/.test(text))
    throw invalid('env', `${variable} is '${text}'; a whole number is needed`);
  const count = given ?? scheduler.count(environment);
  if (count === undefined || !/^\d{1,6}$/.test(count))
    throw invalid('env', `the number of shards is not known from ${variable}; use env/COUNT`);
  return checked(Number(text) + 1 - first, Number(count), `${variable}=${text} of ${count}`);
}

function checked(index: number, count: number, text: string): Shard {
  if (count < 1 || count > mostShards)
    throw invalid(text, `the number of shards must be from 1 to ${mostShards}`);
  if (index < 1 || index > count)
    throw invalid(text, `there is no shard ${index} of ${count}; shards count from 1 to ${count}`);
  return { index, count };
}

function invalid(text: string, why: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `--shard '${text}': ${why}.`);
}

export interface ShardOption {
  readonly shard?: Shard;
}

/** Returns the option `--shard`. @param what list that is divided, such as `images` */
export function shardOption(what: string): Option {
  return new Option(
    '--shard <index/count>',
    `do one of several shares of the ${what}: 2/8; env/8 takes the index from JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID or CI_NODE_INDEX; env the count as well`,
  ).argParser(shardOf);
}

function shardOf(text: string): Shard {
  try {
    return parseShard(text, process.env);
  } catch (error) {
    if (error instanceof GraftError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

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
