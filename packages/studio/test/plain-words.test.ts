import { GraftError } from '@pip-graft/onnx-graft';
import { expect, it } from 'vitest';
import { plainWords } from '../src/plain-words.ts';

it.each([
  ['CORRUPT_FILE', 'This page cannot read this file. net.onnx: it ends early.'],
  ['LIMIT_EXCEEDED', 'This file is too large for a browser. net.onnx: it ends early.'],
  ['RUNTIME_FAILED', 'The model failed. net.onnx: it ends early.'],
  ['NOT_FOUND', 'net.onnx: it ends early.'],
] as const)('a sentence for %s fits models, adapters and images', (code, words) => {
  expect(plainWords(new GraftError(code, 'net.onnx: it ends early.'))).toBe(words);
});

it('an error without a code is its message', () => {
  expect(plainWords(new Error('lost'))).toBe('lost');
  expect(plainWords('lost')).toBe('lost');
});
