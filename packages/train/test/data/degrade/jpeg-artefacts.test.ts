import { readImage } from '@pip-graft/restore';
import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { compressJpeg, jpegArtefacts } from '../../../src/data/degrade/jpeg-artefacts.ts';
import { chelsea, flat } from '../support/photos.ts';

const image = await readImage(chelsea);
const error = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0) / a.length;

test('lower qualities lose more', async () => {
  const { data, width, height } = image;
  const errors = await Promise.all(
    [90, 40, 10].map(async (quality) =>
      error(data, await compressJpeg(data, width, height, quality)),
    ),
  );
  expect(errors[0]).toBeLessThan(errors[1]!);
  expect(errors[1]).toBeLessThan(errors[2]!);
  const drawn = error(data, await jpegArtefacts(data, width, height, new Random(1)));
  expect(drawn).toBeGreaterThan(errors[1]! * 0.99);
  expect(drawn).toBeLessThan(errors[2]! * 1.01);
});

test('middle grey is stored losslessly, and values out of range are clipped', async () => {
  const grey = flat(128 / 255, 16);
  expect(await compressJpeg(grey, 16, 16, 10)).toEqual(grey);
  expect(error(await compressJpeg(flat(1.5, 16), 16, 16, 40), flat(1, 16))).toBeLessThan(1e-4);
});

test('keeps the order of planes, with sides of any length', async () => {
  const [width, height] = [13, 9];
  const size = width * height;
  const colours = Float32Array.from({ length: 3 * size }, (_, at) =>
    at < size ? 0.8 : at < 2 * size ? 0.5 : 0.2,
  );
  const made = await compressJpeg(colours, width, height, 90);
  for (const [at, value] of made.entries())
    expect(Math.abs(value - colours[at]!)).toBeLessThan(0.03);
});
