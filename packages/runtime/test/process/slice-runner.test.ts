import { expect, test } from 'vitest';
import { greyFeeds } from '../../src/process/slice-runner.ts';

test.each([
  ['float32', 0.5],
  ['float64', 0.5],
  ['float16', 0x3800],
  ['uint8', 128],
  ['bool', 1],
  ['uint16', 1],
  ['int32', 1],
  ['int64', 1n],
] as const)('an input of %s is fed in its own type', (type, value) => {
  const { x } = greyFeeds([{ name: 'x', type, dims: ['h', 2] }], { x: [1, 2] });
  expect(x).toMatchObject({ type, dims: [1, 2] });
  expect([...x!.data]).toEqual([value, value]);
});
