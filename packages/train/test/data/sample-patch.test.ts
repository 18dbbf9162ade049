import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PhotoCache } from '../../src/data/photo-cache.ts';
import { samplePatch } from '../../src/data/sample-patch.ts';
import { temporaryFolder, writeGrid } from './support/photos.ts';

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
