import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shareOf } from '../../src/shard/shard.ts';

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
