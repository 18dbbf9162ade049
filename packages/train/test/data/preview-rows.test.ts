import { fileURLToPath } from 'node:url';
import { loadSharp } from '@pip-graft/restore';
import { expect, test } from 'vitest';
import { makeBatch } from '../../src/data/make-batch.ts';
import { previewRows, previewSheet } from '../../src/run/preview.ts';

const chelsea = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
const options = { photos: [chelsea], patch: 24, labels: ['noise', 'haze'], seed: 3, batch: 8 };
const plain = { clean: 0, flat: 0, partial: 0 };
const rowsOf = async (more: object) => {
  const all = { ...options, ...more };
  return previewRows(all, await makeBatch(all, 0));
};

test('each label has its patches, with their PSNR against clean', async () => {
  const degrade = { noise: { sigma: [25, 25] } } as const;
  const rows = await rowsOf({ ...plain, degrade });
  expect(rows.map(({ name, patches }) => [name, patches.length])).toEqual([
    ['noise', 4],
    ['haze', 4],
  ]);
  for (const { psnr, note } of rows[0]!.patches) {
    expect(note).toBe('');
    // 20 · log10(255 / 25) is 20.17; signal noise and clipping change it a little.
    expect(Math.abs(psnr! - 20.17)).toBeLessThan(1.5);
  }
});

test('notes describe the target', async () => {
  const [noise, haze] = await rowsOf({ ...plain, clean: 1, flat: 0 });
  for (const { note, psnr } of [...noise!.patches, ...haze!.patches])
    expect([note, psnr]).toEqual(['clean', null]);
  const [part] = await rowsOf({ ...plain, partial: 1 });
  for (const { note } of part!.patches) expect(note).toMatch(/^0\.[1-9]\d$/);
  const mixed = await rowsOf({ ...plain, mixed: 1 });
  expect(mixed.map(({ name }) => name)).toEqual(['two labels']);
  for (const { note } of mixed[0]!.patches) expect(note).toBe('noise+haze');
  const off = await rowsOf({ ...plain, off: 1 });
  expect(off.map(({ name, patches }) => [name, patches.length])).toEqual([['no weights', 8]]);
  for (const { note } of off[0]!.patches) expect(note).toBe('');
});

test('the sheet shows the patches, inputs above targets, with captions', async () => {
  const rows = await rowsOf(plain);
  const sharp = await loadSharp();
  const sheet = sharp(await previewSheet(rows, 24));
  const { data, info } = await sheet.raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([104 + 4 * 28 + 4, 2 * (16 + 2 * 28 + 4)]);
  const at = (x: number, y: number, colour: number) =>
    data[(y * info.width + x) * info.channels + colour]!;
  const { input, target } = rows[1]!.patches[2]!;
  for (const [planes, below] of [
    [input, 0],
    [target, 1],
  ] as const) {
    for (const [x, y] of [
      [0, 0],
      [23, 5],
      [7, 23],
    ] as const) {
      for (let colour = 0; colour < 3; colour++) {
        const value = Math.round(255 * planes[colour * 576 + y * 24 + x]!);
        expect(at(104 + 2 * 28 + x, 76 + 16 + below * 28 + y, colour)).toBe(value);
      }
    }
  }
  // Where fonts are installed, something is written beside the first row.
  let dark = 0;
  for (let y = 16; y < 44; y++) for (let x = 0; x < 100; x++) if (at(x, y, 0) < 128) dark++;
  expect(dark).toBeGreaterThan(20);
});
