import { expect, test } from 'vitest';
import { cutMargin, cutPatch } from '../../src/data/cut-patch.ts';
import type { Photo } from '../../src/data/photo-cache.ts';

// 3 wide, 2 high: 0 1 2 / 3 4 5; green is 10 more, blue 20 more.
const photo: Photo = {
  file: 'small.png',
  width: 3,
  height: 2,
  data: Uint8Array.from({ length: 18 }, (_, at) => (at % 6) + 10 * Math.floor(at / 6)),
  top: 255,
};
const upright = { across: 0, down: 0, flip: false, turns: 0 };
const samples = (planes: Float32Array) => [...planes].map((value) => Math.round(value * 255));

test('places range from the left edge to the right edge', () => {
  const red = (across: number) => samples(cutPatch(photo, { ...upright, across }, 2)).slice(0, 4);
  expect(red(0)).toEqual([0, 1, 3, 4]);
  expect(red(0.49)).toEqual([0, 1, 3, 4]);
  expect(red(0.5)).toEqual([1, 2, 4, 5]);
  expect(red(0.999999)).toEqual([1, 2, 4, 5]);
});

test('cuts all three planes as float32 samples', () => {
  const planes = cutPatch(photo, upright, 2);
  expect(samples(planes)).toEqual([0, 1, 3, 4, 10, 11, 13, 14, 20, 21, 23, 24]);
  expect(planes[5]).toBe(Math.fround(11 / 255));
});

// Worked out by hand from 0 1 / 3 4.
test.each([
  [false, 0, [0, 1, 3, 4]],
  [false, 1, [3, 0, 4, 1]],
  [false, 2, [4, 3, 1, 0]],
  [false, 3, [1, 4, 0, 3]],
  [true, 0, [1, 0, 4, 3]],
  [true, 1, [0, 3, 1, 4]],
  [true, 2, [3, 4, 0, 1]],
  [true, 3, [4, 1, 3, 0]],
])('flip %s, %i quarter turns clockwise', (flip, turns, expected) => {
  expect(samples(cutPatch(photo, { ...upright, flip, turns }, 2)).slice(0, 4)).toEqual(expected);
});

test('the margin shows the surroundings, mirrored outside the photo', () => {
  const planes = cutPatch(photo, upright, 2, 1);
  expect(samples(planes).slice(0, 16)).toEqual([4, 3, 4, 5, 1, 0, 1, 2, 4, 3, 4, 5, 1, 0, 1, 2]);
  expect(cutMargin(planes, 2, 1)).toEqual(cutPatch(photo, upright, 2));
  const turned = { ...upright, turns: 1, flip: true };
  expect(cutMargin(cutPatch(photo, turned, 2, 3), 2, 3)).toEqual(cutPatch(photo, turned, 2));
});

test('names a photo smaller than the patch, with both sizes', () => {
  expect(() => cutPatch(photo, upright, 3)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^small\.png: the photo is 3x2, .*3x3/),
    }),
  );
});
