import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPhotos } from '../../src/data/list-photos.ts';
import { temporaryFolder } from './support/photos.ts';

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
