import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseShard, shareOf } from '../src/shard.ts';

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

const same = (text: string) => text;

it('all shards together make up the list, nearly equal in length, in any order of the list', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 9 }), (list, count) => {
      const shards = Array.from({ length: count }, (_, at) =>
        shareOf(list, same, { index: at + 1, count }),
      );
      const positions = shards.flatMap((share) => share.positions);
      expect([...positions].sort((a, b) => a - b)).toEqual([...list.keys()]);
      const lengths = shards.map(({ items }) => items.length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      const reversed = shareOf([...list].reverse(), same, { index: 1, count }).items;
      expect([...reversed].sort()).toEqual([...shards[0]!.items].sort());
    }),
  );
});

it('is the same on every machine and in every version', () => {
  const names = ['a.png', 'b.png', 'c.png', 'd.png', 'deep/e.png'];
  expect(shareOf(names, same, { index: 1, count: 2 }).items).toEqual([
    'b.png',
    'd.png',
    'deep/e.png',
  ]);
  expect(shareOf(names, same, { index: 2, count: 2 }).items).toEqual(['a.png', 'c.png']);
});

it('keeps items with the same key together', () => {
  const share = shareOf(['x1', 'y1', 'x2', 'y2'], (name) => name[0]!, { index: 1, count: 2 });
  expect(share.positions).toSatisfy((at: number[]) => `${at}` === '0,2' || `${at}` === '1,3');
});
