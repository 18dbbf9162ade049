import { join } from 'node:path';
import { imageOf } from '@pip-graft/imaging';
import { writeImage } from '@pip-graft/restore';
import { expect, test } from 'vitest';
import { isVisible } from '../../src/data/cut-patch.ts';
import { makeBatch } from '../../src/data/make-batch.ts';
import { PhotoCache } from '../../src/data/photos.ts';
import { chelsea, flat, temporaryFolder } from './support/photos.ts';

const folder = temporaryFolder();
const clean = new Float32Array(3 * 64).fill(0.5);
const moved = (levels: number) => clean.map((value) => value + levels / 255);

test.each([
  ['noise', 3],
  ['rain', 4],
  ['haze', 10],
  ['low-light', 10],
  ['blur', 3],
  ['a label with pairs', 3],
])('%s is visible from a change of %d levels', (label, least) => {
  expect(isVisible(label, clean, moved(least + 0.01))).toBe(true);
  expect(isVisible(label, clean, moved(least - 0.01))).toBe(false);
  expect(isVisible(label, clean, clean)).toBe(false);
});

test('a patch lists only labels that are visible in it', async () => {
  const options = { photos: [chelsea], patch: 32, batch: 6, seed: 7, clean: 0, flat: 0 };
  const present = async (sigma: number) => {
    const degrade = { noise: { sigma: [sigma, sigma] } } as const;
    return [...(await makeBatch({ ...options, degrade, labels: ['noise'] }, 0)).present];
  };
  expect(await present(25)).toEqual(Array(6).fill(1));
  expect(await present(1)).toEqual(Array(6).fill(0));
});

test('a blurred flat photo and a pair of equal images list no label', async () => {
  const wall = join(folder, 'wall.png');
  await writeImage(wall, imageOf(64, 64, flat(0.4)));
  const options = { patch: 32, batch: 4, seed: 1, clean: 0, flat: 0, partial: 0 };
  const cache = new PhotoCache(2 ** 24);
  const blur = await makeBatch({ ...options, photos: [wall], labels: ['blur'] }, 0, cache);
  expect([...blur.weights]).toEqual([1, 1, 1, 1]);
  expect([...blur.present]).toEqual([0, 0, 0, 0]);
  const pairs = { fog: [{ input: wall, target: wall }] };
  const pair = await makeBatch({ ...options, photos: [], labels: ['fog'], pairs }, 0, cache);
  expect([...pair.present]).toEqual([0, 0, 0, 0]);
});

test('clean patches list nothing, mixed ones both labels, weightless ones what they contain', async () => {
  const degrade = { noise: { sigma: [30, 30] }, 'low-light': { gain: [0.1, 0.1] } } as const;
  const labels = ['low-light', 'noise'];
  const options = { photos: [chelsea], patch: 32, batch: 8, seed: 7, labels, degrade };
  const rows = async (shares: object) => {
    const { present } = await makeBatch({ ...options, ...shares }, 0);
    return Array.from({ length: 8 }, (_, at) => [...present.subarray(2 * at, 2 * at + 2)].join(''));
  };
  expect(await rows({ clean: 1, flat: 0, partial: 0 })).toEqual(Array(8).fill('00'));
  expect(await rows({ clean: 0, flat: 0, partial: 0, mixed: 1 })).toEqual(Array(8).fill('11'));
  const one = (await rows({ clean: 0, flat: 0, partial: 1 })).sort();
  expect(one).toEqual([...Array(4).fill('01'), ...Array(4).fill('10')]);
  expect(new Set(await rows({ clean: 0, flat: 0, partial: 0, off: 1 }))).toEqual(
    new Set(['00', '01', '10']),
  );
});
