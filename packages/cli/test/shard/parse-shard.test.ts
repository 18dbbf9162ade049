import { describe, expect, it } from 'vitest';
import { parseShard } from '../../src/shard/parse-shard.ts';

describe('parseShard', () => {
  it.each([
    ['2/8', {}, 2, 8],
    ['1/1', {}, 1, 1],
    ['env/8', { JOB_COMPLETION_INDEX: '0' }, 1, 8],
    ['env/8', { JOB_COMPLETION_INDEX: '7' }, 8, 8],
    ['env/8', { SLURM_ARRAY_TASK_ID: '3' }, 3, 8],
    [
      'env',
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_ARRAY_TASK_MAX: '8',
        SLURM_ARRAY_TASK_COUNT: '8',
      },
      3,
      8,
    ],
    ['env', { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '4' }, 2, 4],
  ])('reads %s with %o', (text, environment, index, count) => {
    expect(parseShard(text, environment)).toEqual({ index, count });
  });

  it.each([
    ['9/8', {}, "--shard '9/8': there is no shard 9 of 8; shards count from 1 to 8."],
    ['0/8', {}, "--shard '0/8': there is no shard 0 of 8; shards count from 1 to 8."],
    ['1/0', {}, "--shard '1/0': the number of shards must be from 1 to 100000."],
    ['2', {}, "--shard '2': not a shard; use INDEX/COUNT such as 2/8, env/8 or env."],
    ['-1/8', {}, "--shard '-1/8': not a shard; use INDEX/COUNT such as 2/8, env/8 or env."],
    ['1e0/8', {}, "--shard '1e0/8': not a shard; use INDEX/COUNT such as 2/8, env/8 or env."],
    [
      'env',
      {},
      "--shard 'env': none of JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, CI_NODE_INDEX is set; use INDEX/COUNT such as 2/8.",
    ],
    [
      'env',
      { JOB_COMPLETION_INDEX: '0' },
      "--shard 'env': the number of shards is not known from JOB_COMPLETION_INDEX; use env/COUNT.",
    ],
    [
      'env/8',
      { JOB_COMPLETION_INDEX: '8' },
      "--shard 'JOB_COMPLETION_INDEX=8 of 8': there is no shard 9 of 8; shards count from 1 to 8.",
    ],
    [
      'env/8',
      { SLURM_ARRAY_TASK_ID: '0' },
      "--shard 'SLURM_ARRAY_TASK_ID=0 of 8': there is no shard 0 of 8; shards count from 1 to 8.",
    ],
    [
      'env/8',
      { CI_NODE_INDEX: 'x' },
      "--shard 'env': CI_NODE_INDEX is 'x'; a whole number is needed.",
    ],
    [
      'env/8',
      { CI_NODE_INDEX: '1', SLURM_ARRAY_TASK_ID: '1' },
      "--shard 'env': SLURM_ARRAY_TASK_ID and CI_NODE_INDEX are both set; use INDEX/COUNT such as 2/8.",
    ],
  ])('rejects %s with %o', (text, environment, message) => {
    expect(() => parseShard(text, environment)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
    );
  });

  it('does not take two rerun tasks of a Slurm array for the whole array', () => {
    const repeated = {
      SLURM_ARRAY_TASK_ID: '5',
      SLURM_ARRAY_TASK_MIN: '3',
      SLURM_ARRAY_TASK_MAX: '5',
      SLURM_ARRAY_TASK_COUNT: '2',
    };
    expect(() => parseShard('env', repeated)).toThrow(/use env\/COUNT/);
    expect(parseShard('env/8', repeated)).toEqual({ index: 5, count: 8 });
  });
});
