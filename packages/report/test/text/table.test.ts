import { expect, it } from 'vitest';
import { table } from '../../src/text/table.ts';

it('aligns text to the left and numbers to the right', () => {
  expect(
    table([
      ['level', 'C'],
      ['one', 8],
      ['three', 1024],
    ]),
  ).toBe('level     C\none       8\nthree  1024');
});

it('wraps the last column between words on a narrow screen', () => {
  const rows = [
    ['✓', 'loads', 'every file is opened and run, and what it gives is looked at'],
    ['✗', 'labels', 'short'],
  ];
  expect(table(rows, 50)).toBe(
    [
      '✓  loads   every file is opened and run, and what',
      '           it gives is looked at',
      '✗  labels  short',
    ].join('\n'),
  );
  expect(table(rows, 20).split('\n')).toHaveLength(2);
  expect(table(rows).split('\n')).toHaveLength(2);
});
