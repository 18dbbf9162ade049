import { expect, it } from 'vitest';
import { annotationLine } from '../../src/pipeline/print.ts';

it.each([
  ['a\nb, 5 %', '::error file=a.json,line=3,title=t::a%0Ab, 5 %25'],
  ['\n::add-mask::x', '::error file=a.json,line=3,title=t::%0A\\x3a:add-mask::x'],
  ['##[command]', '::error file=a.json,line=3,title=t::\\x23#[command]'],
])('%j cannot start another workflow command', (text, line) => {
  expect(annotationLine({ kind: 'error', title: 't', file: 'a.json', line: 3, text })).toBe(line);
});

it('omits an unknown line and escapes characters that end a property', () => {
  const place = { title: 'a: b', file: 'a,b.json', line: undefined, text: 'x' };
  expect(annotationLine({ kind: 'notice', ...place })).toBe(
    '::notice file=a%2Cb.json,title=a%3A b::x',
  );
});
