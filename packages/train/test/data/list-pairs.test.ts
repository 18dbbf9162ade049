import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPairs } from '../../src/data/photos.ts';
import { temporaryFolder } from './support/photos.ts';

const folder = temporaryFolder();
const put = (...names: string[]) => {
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
};

test('pairs images with the same name, whatever their extension', async () => {
  put('a/input/2.jpg', 'a/input/1.png', 'a/input/x/1.png');
  put('a/target/1.webp', 'a/target/2.jpg', 'a/target/x/1.png', 'a/target/readme.md');
  const at = (half: string, name: string) => join(folder, 'a', half, name);
  expect(await listPairs(join(folder, 'a'))).toEqual([
    { input: at('input', '1.png'), target: at('target', '1.webp') },
    { input: at('input', '2.jpg'), target: at('target', '2.jpg') },
    { input: at('input', 'x/1.png'), target: at('target', 'x/1.png') },
  ]);
});

test.each([
  ['b', ['input/1.png', 'input/2.png', 'target/1.png'], /input\/2\.png: no image .* target\//],
  ['c', ['input/1.png', 'target/1.png', 'target/2.png'], /target\/2\.png: no image .* input\//],
  ['d', ['input/1.png', 'input/1.jpg', 'target/1.png'], /1\.png: .*1\.jpg has the same name/],
])('names an image without exactly one counterpart (%s)', async (name, files, message) => {
  put(...files.map((file) => `${name}/${file}`));
  const found = listPairs(join(folder, name));
  await expect(found).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(found).rejects.toThrow(message);
});

test('a missing half is NOT_FOUND', async () => {
  put('e/input/1.png');
  await expect(listPairs(join(folder, 'e'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
