import { expect, it } from 'vitest';
import { table } from '../../src/session/table.ts';

it('aligns text to the left and numbers to the right', () => {
  expect(
    table([
      ['level', 'C'],
      ['one', 8],
      ['three', 1024],
    ]),
  ).toBe('level     C\none       8\nthree  1024');
});
