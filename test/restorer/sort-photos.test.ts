import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Photo, sortPhotos } from '../../scripts/restorer/sort-photos.mjs';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('photographs are sorted by what they show, and unclear ones are left out', () => {
  const [from, into] = [join(folder, 'all'), join(folder, 'sorted')];
  mkdirSync(from);
  const photos: Photo[] = [
    { file: 'noon.jpg' },
    { file: 'night.jpg', shows: 'low-light' },
    { file: 'mist.jpg', shows: 'haze' },
    { file: 'dusk.jpg', shows: 'unclear' },
  ];
  for (const { file } of photos) writeFileSync(join(from, file), file);
  // What an earlier list put there is gone.
  mkdirSync(join(into, 'clean'), { recursive: true });
  writeFileSync(join(into, 'clean/night.jpg'), '');
  expect(sortPhotos(photos, from, into)).toEqual({
    clean: join(into, 'clean'),
    examples: [
      '--examples',
      `low-light=${join(into, 'low-light')}`,
      '--examples',
      `haze=${join(into, 'haze')}`,
    ],
  });
  expect(readdirSync(into).sort()).toEqual(['clean', 'haze', 'low-light']);
  expect(readdirSync(join(into, 'clean'))).toEqual(['noon.jpg']);
  expect(readFileSync(join(into, 'haze/mist.jpg'), 'utf8')).toBe('mist.jpg');
});

test('of the photographs of the restorer, some fifty are not clean', () => {
  const list = new URL('../../scripts/restorer/photos.json', import.meta.url);
  const photos: Photo[] = JSON.parse(readFileSync(list, 'utf8'));
  const count = (shows?: string) => photos.filter((photo) => photo.shows === shows).length;
  expect([count(), count('low-light'), count('haze'), count('unclear')]).toEqual([216, 36, 13, 7]);
});
