import { expect, test } from 'vitest';
import { sidesToTry } from '../../src/checks/largest.ts';

test('tries every half doubling, the limit of 8192 pixels too', () => {
  expect(sidesToTry(1)).toEqual([256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5793, 8192]);
});

test('tries sides that the network takes', () => {
  expect(sidesToTry(48).every((side) => side % 48 === 0)).toBe(true);
  expect(sidesToTry(48).at(-1)).toBe(8208);
});
