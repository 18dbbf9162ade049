import { cropImage, imageOf, padToMultiple } from '@pip-graft/imaging';
import { expect, test } from 'vitest';

const counted = (width: number, height: number) =>
  imageOf(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, (_, i) => i),
  );

test('mirrors right and below without repeating the edge', () => {
  const padded = padToMultiple(counted(3, 2), 4);
  expect([padded.width, padded.height]).toEqual([4, 4]);
  expect([...padded.data.subarray(0, 16)]).toEqual([
    0, 1, 2, 1, 3, 4, 5, 4, 0, 1, 2, 1, 3, 4, 5, 4,
  ]);
  expect([...padded.data.subarray(16, 20)]).toEqual([6, 7, 8, 7]);
});

test('mirrors an image smaller than the padding back and forth, and repeats a single pixel', () => {
  const row = padToMultiple(counted(2, 1), 8);
  expect([...row.data.subarray(0, 8)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  expect([...row.data.subarray(56, 64)]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
});

test('leaves a fitting size alone', () => {
  const image = counted(8, 16);
  expect(padToMultiple(image, 8)).toBe(image);
});

test('cropping undoes padding, including alpha', () => {
  const image = { ...counted(5, 3), alpha: Float32Array.from({ length: 15 }, (_, i) => i / 15) };
  const back = cropImage(padToMultiple(image, 4), 5, 3);
  expect(back.data).toEqual(image.data);
  expect(cropImage(image, 2, 2).alpha).toEqual(Float32Array.from([0, 1, 5, 6], (i) => i / 15));
});

test('rejects invalid sizes', () => {
  expect(() => padToMultiple(counted(2, 2), 0)).toThrow(/Size multiple 0: not valid/);
  expect(() => padToMultiple(counted(2, 2), 2.5)).toThrow(/Size multiple 2.5: not valid/);
  expect(() => cropImage(counted(2, 2), 3, 1)).toThrow(/2x2 cannot be cropped to 3x1/);
  expect(() => imageOf(0, 4, new Float32Array())).toThrow(/more than 0/);
});
