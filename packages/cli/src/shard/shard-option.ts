import { GraftError } from '@pip-graft/graft';
import { InvalidArgumentError, Option } from 'commander';
import { parseShard } from './parse-shard.ts';
import type { Shard } from './shard.ts';

export interface ShardOption {
  readonly shard?: Shard;
}

/** @param what the list that is divided, such as `images` */
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
