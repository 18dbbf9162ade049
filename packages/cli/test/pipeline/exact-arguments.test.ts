import { expect, it } from 'vitest';
import { exactArguments } from '../../src/pipeline/exact-arguments.ts';

const line =
  (...words: string[]) =>
  () =>
    Buffer.from(words.map((word) => `${word}\0`).join(''), 'latin1');

it('gets back the bytes that Node replaced', () => {
  const read = line('node', 'graft.js', 'check', '', 'caf\xe9.onnx', '\xc3\xa9');
  expect(exactArguments(['check', '', 'caf\ufffd.onnx', 'é'], read)).toEqual([
    'check',
    '',
    'caf\udce9.onnx',
    'é',
  ]);
});

it.each([
  [['check', 'é.onnx'], () => expect.unreachable()],
  [['check', 'a\ufffd'], line('node', 'other', 'words')],
  [['check', 'a\ufffd'], line('a\xe9')],
  [
    ['check', 'a\ufffd'],
    () => {
      throw new Error('no such file');
    },
  ],
])('leaves other arguments, and those of another process: %j', (argv, read) => {
  expect(exactArguments(argv, read as () => Buffer)).toBe(argv);
});
