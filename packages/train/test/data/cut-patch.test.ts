import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cutMargin, cutPatch, samplePatch } from '../../src/data/cut-patch.ts';
import { type Photo, PhotoCache } from '../../src/data/photos.ts';
import { temporaryFolder, writeGrid } from './support/photos.ts';

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

describe('sample patch', async () => {
  const folder = temporaryFolder();
  const photos = await Promise.all(
    [0, 1, 2].map((blue) => writeGrid(join(folder, `${blue}.png`), 20 + blue, 17, blue)),
  );
  const source = { photos, patch: 8, seed: 7 };
  const cache = new PhotoCache(2 ** 20);

  test('(seed, step, index) determine a patch', async () => {
    const patch = await samplePatch(source, 3, 5, cache);
    expect(await samplePatch(source, 3, 5, new PhotoCache(0))).toEqual(patch);
    for (const [seed, step, index] of [
      [8, 3, 5],
      [7, 4, 5],
      [7, 3, 6],
    ] as const) {
      expect((await samplePatch({ ...source, seed }, step, index, cache)).planes).not.toEqual(
        patch.planes,
      );
    }
  });

  test('a patch is a turned window of the photo it names', async () => {
    for (let index = 0; index < 40; index++) {
      const { file, planes } = await samplePatch(source, 0, index, cache);
      const pixels = Array.from({ length: 64 }, (_, at) =>
        [0, 1, 2].map((plane) => Math.round(planes[plane * 64 + at]! * 255)),
      );
      const [columns, rows] = [0, 1].map((axis) => pixels.map((pixel) => pixel[axis]!)) as [
        number[],
        number[],
      ];
      const [left, upper] = [Math.min(...columns), Math.min(...rows)];
      // Every pixel of the window occurs once.
      const places = new Set(pixels.map(([x, y]) => (y! - upper) * 8 + (x! - left)));
      expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, at) => at));
      const blue = photos.indexOf(file);
      expect(pixels.every((pixel) => pixel[2] === blue)).toBe(true);
      expect(left + 8).toBeLessThanOrEqual(20 + blue);
      expect(upper + 8).toBeLessThanOrEqual(17);
    }
  });

  test('photos, turns and flips are equally frequent', async () => {
    const counts = { photo: [0, 0, 0], turns: [0, 0, 0, 0], flip: [0, 0] };
    const total = 1200;
    for (let index = 0; index < total; index++) {
      const { file, place } = await samplePatch({ ...source, patch: 1 }, 1, index, cache);
      counts.photo[photos.indexOf(file)]!++;
      counts.turns[place.turns]!++;
      counts.flip[Number(place.flip)]!++;
    }
    for (const kinds of Object.values(counts)) {
      const expected = total / kinds.length;
      // Five standard deviations of a binomial count.
      const margin = 5 * Math.sqrt(expected * (1 - 1 / kinds.length));
      for (const count of kinds) expect(Math.abs(count - expected)).toBeLessThan(margin);
    }
  });

  test('names an unusable file', async () => {
    const broken = join(folder, 'broken.jpg');
    writeFileSync(broken, 'no picture');
    await expect(samplePatch({ ...source, photos: [broken] }, 0, 0, cache)).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      message: expect.stringContaining('broken.jpg'),
    });
    await expect(samplePatch({ ...source, patch: 18 }, 0, 0, cache)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/\d\.png: .*18x18/),
    });
    await expect(samplePatch({ ...source, photos: [] }, 0, 0, cache)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
