import { expect, it } from 'vitest';
import { decimal } from '../../src/options/options.ts';

it.each([
  ['0.5', 0.5],
  ['-1', -1],
  ['1e-3', 0.001],
  ['.25', 0.25],
  [' 2. ', 2],
])('decimal reads %s', (text, value) => expect(decimal(text)).toBe(value));

it.each(['0x10', '0b1', '0o7', '', ' ', 'Infinity', '1_000', '1,5', '--1', 'NaN', '1e'])(
  'decimal rejects %j',
  (text) => expect(decimal(text)).toBeNaN(),
);
