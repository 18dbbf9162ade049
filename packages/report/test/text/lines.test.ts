import { describe, expect, it } from 'vitest';
import { oneLine, printable, printableJson, table } from '../../src/text/lines.ts';

describe('printable', () => {
  it.each([
    ['a name', 'a name'],
    ['two\nlines', 'two\nlines'],
    ['\x1b[31mred\x07', '\\x1b[31mred\\x07'],
    ['over\rwritten\t', 'over\\rwritten\\t'],
    ['C1 \x9b2J', 'C1 \\x9b2J'],
    ['gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['\u2066x\u2069\u061c', '\\u2066x\\u2069\\u061c'],
    ['half \ud800 of a pair', 'half \\ud800 of a pair'],
    ['grün 雪 👩‍🔬 café', 'grün 雪 👩‍🔬 café'],
    ['::error::x', '\\x3a:error::x'],
    ['a\n  ::stop-commands::t', 'a\n  \\x3a:stop-commands::t'],
    ['a::b', 'a::b'],
    ['x ##[error]y ##vso[task]z', 'x \\x23#[error]y \\x23#vso[task]z'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('as a part of a line has no line end', () => {
    expect(oneLine('a\n::b\r\n')).toBe('a\\n::b\\r\\n');
  });

  it('as JSON has the same value', () => {
    const value = { name: '\x1b[2J\x9b\u202e\u2028##[error]\nn', list: ['\x7f', 1] };
    const text = printableJson(value);
    expect(JSON.parse(text)).toEqual(value);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e\u2028]|##\[/u);
  });
});

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
