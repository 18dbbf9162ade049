import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageOf } from '@pip-graft/imaging';
import { loadSharp, readImage, writeImage } from '@pip-graft/restore';
import { expect, test } from 'vitest';
import { listPhotos, PhotoCache } from '../../src/data/photos.ts';
import { chelsea, temporaryFolder, writeGrid } from './support/photos.ts';

const folder = temporaryFolder();
const put = (...names: string[]) => {
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
};

test('lists photos of every format, also in subfolders, sorted by name', async () => {
  put('a/z.png', 'a/b/y.JPG', 'a/b/x.jpeg', 'a/B.webp', 'a/c.avif', 'a/d.tif', 'a/e.tiff');
  put('a/notes.txt', 'a/.hidden.png', 'a/.cache/k.png', 'a/png');
  // A link to the folder itself must not loop forever.
  symlinkSync(join(folder, 'a'), join(folder, 'a', 'loop'));
  const expected = ['B.webp', 'b/x.jpeg', 'b/y.JPG', 'c.avif', 'd.tif', 'e.tiff', 'z.png'];
  expect(await listPhotos(join(folder, 'a'))).toEqual(
    expected.map((name) => join(folder, 'a', name)),
  );
});

test('distinguishes a missing folder, a file and a folder without photos', async () => {
  await expect(listPhotos(join(folder, 'none'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('none'),
  });
  put('empty/readme.md');
  await expect(listPhotos(join(folder, 'empty'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/empty: there are no photos .*\.png/),
  });
  await expect(listPhotos(join(folder, 'empty/readme.md'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

const cached = temporaryFolder();

test('samples equal those of readImage', async () => {
  const photo = await new PhotoCache(2 ** 24).read(chelsea);
  const image = await readImage(chelsea);
  expect([photo.width, photo.height, photo.top]).toEqual([image.width, image.height, 255]);
  expect(Float32Array.from(photo.data, (sample) => sample / 255)).toEqual(image.data);
});

test('reads AVIF', async () => {
  const path = join(cached, 'flat.avif');
  const sharp = await loadSharp();
  const background = { r: 200, g: 100, b: 50 };
  await sharp({ create: { width: 8, height: 6, channels: 3, background } })
    .avif({ quality: 100 })
    .toFile(path);
  const { width, height, data } = await new PhotoCache(1000).read(path);
  expect([width, height]).toEqual([8, 6]);
  for (const [plane, value] of [200, 100, 50].entries()) {
    expect(Math.abs(data[plane * 48 + 20]! - value)).toBeLessThanOrEqual(3);
  }
});

test('keeps 16 bits', async () => {
  const path = join(cached, 'deep.png');
  const values = Float32Array.of(1, 258, 65535).map((value) => value / 65535);
  await writeImage(path, { ...imageOf(1, 1, values), bitDepth: 16 });
  const { data, top } = await new PhotoCache(100).read(path);
  expect(top).toBe(65535);
  expect(data).toEqual(Uint16Array.of(1, 258, 65535));
});

test('decodes a photo once while it is cached; the least recently used one is evicted first', async () => {
  const names = ['a.png', 'b.png', 'c.png'].map((name) => join(cached, name));
  for (const name of names) await writeGrid(name, 4, 5);
  const [a, b, c] = names as [string, string, string];
  const cache = new PhotoCache(2 * 60);
  const [first, again] = await Promise.all([cache.read(a), cache.read(a)]);
  expect(again).toBe(first);
  const second = await cache.read(b);
  expect(await cache.read(a)).toBe(first);
  await cache.read(c);
  expect(cache.bytes).toBe(120);
  expect(await cache.read(a)).toBe(first);
  expect(await cache.read(b)).not.toBe(second);
});

test('reads a photo above the limit but does not cache it', async () => {
  const path = await writeGrid(join(cached, 'big.png'), 9, 9);
  const cache = new PhotoCache(100);
  const once = await cache.read(path);
  expect(cache.bytes).toBe(0);
  expect(await cache.read(path)).toEqual(once);
});

test('retries a file that could not be read', async () => {
  const path = join(cached, 'late.png');
  const cache = new PhotoCache(1000);
  await expect(cache.read(path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await writeGrid(path, 3, 3);
  expect((await cache.read(path)).width).toBe(3);
});
