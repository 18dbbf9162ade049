import { imageOf, imageTensor, tensorImages } from '@pip-graft/imaging';
import { float32Tensor } from '@pip-graft/weights';
import { expect, test } from 'vitest';

const image = (width: number, height: number, from: number) =>
  imageOf(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, (_, i) => from + i),
  );

test('converts images to a batch and back', () => {
  const batch = imageTensor([image(2, 1, 0), image(2, 1, 10)]);
  expect(batch.dims).toEqual([2, 3, 1, 2]);
  expect([...batch.data]).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]);
  const [, second] = tensorImages(batch);
  expect(second).toEqual(image(2, 1, 10));
});

test('rejects what is not a batch of images', () => {
  expect(() => imageTensor([])).toThrow(/pass at least one image/);
  expect(() => imageTensor([image(2, 1, 0), image(1, 2, 0)])).toThrow(/2x1 and 1x2/);
  expect(() => tensorImages(float32Tensor([1, 4, 1, 1], [1, 2, 3, 4]))).toThrow(/\[1, 4, 1, 1\]/);
});
