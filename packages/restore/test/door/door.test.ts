import { expect, test } from 'vitest';
import { fillInput } from '../../src/door/door.ts';

const image = { images: 2, height: 4, width: 6 };

test('fills the open sizes of an input with those of the image', () => {
  const map = { name: 'sigma', type: 'float32', dims: ['n', 1, 'h', 'w'] } as const;
  const { dims, data } = fillInput(map, 25, image);
  expect(dims).toEqual([2, 1, 4, 6]);
  expect(data).toEqual(new Float32Array(48).fill(25));
});

test('says to a program and on the command line how to pass a value', () => {
  const input = { name: 'sigma', type: 'float32', dims: [1] } as const;
  expect(() => fillInput(input, undefined, image)).toThrow(
    "input 'sigma' [1]: it has no value; pass feeds: { 'sigma': NUMBER } (--feed sigma=NUMBER on the command line).",
  );
});
